import type { BesideContext } from '../beside.ts';
import type { Part } from '../late-part.ts';
import { createPictures } from './pictures.ts';
import { createPlayback } from './playback.ts';

/** What keeps up with canvases, video and audio. */
export function createMedia(context: BesideContext): Part {
  const pictures = createPictures(context);
  const playback = createPlayback(context);
  return {
    track(element) {
      pictures.track(element);
      if (element.localName !== 'canvas') playback.track(element as HTMLMediaElement);
    },
    forget(node) {
      pictures.forget(node);
      playback.forget(node);
    },
    reset() {
      pictures.reset();
      playback.reset();
    },
    write: (writer) => playback.write(writer),
    stop() {
      pictures.stop();
      playback.stop();
    },
  };
}
