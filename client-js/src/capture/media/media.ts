import type { PageWriter } from '../../protocol/page-writer.ts';
import type { MediaContext } from './context.ts';
import { createPictures } from './pictures.ts';
import { createPlayback } from './playback.ts';

/** What keeps up with canvases, video and audio; a chunk of its own, for most pages have none. Calls come from the page's main thread. */
export interface Media {
  /** A canvas, video or audio element went to the mirror. */
  track(element: Element): void;
  forget(node: Node): void;
  /** A keyframe starts: all is sent anew. */
  reset(): void;
  /** Writes what differs from what was sent. */
  write(writer: PageWriter): void;
  /** Leaves nothing of it in the page. */
  stop(): void;
}

export function createMedia(context: MediaContext): Media {
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
