import type { Part, PartContext } from '../capture/late-part.ts';
import { createIsAllowed } from './allowed.ts';
import { createFinder } from './finder.ts';
import type { InnerWord } from './words.ts';

export interface ScoutContext extends PartContext {
  readonly brand: string;
  /** `wss://relay` */
  readonly relay: string;
  /** @param port of the document that was found */
  tell(word: Extract<InnerWord, { word: 'frame' | 'frameless' }>, port?: MessagePort): void;
}

/**
 * - `found`: its port is to be handed on.
 * - `written`: its element is in a batch that may be on its way.
 * - `told`: that batch has left, and so has word of the frame.
 */
type Stage = 'found' | 'written' | 'told';

interface Found {
  stage: Stage;
  /** The id by which the outer tag was told of it; 0: it was not. */
  element: number;
  port: MessagePort | undefined;
}

/** Finds tags in the frames of a document that is in a frame itself, and hands their ports on to the tag of the page: all of them speak to that one alone. */
export function createScout(context: ScoutContext): Part {
  const { window, brand, relay, isSecret, idOf, changed, tell } = context;
  const isAllowed = createIsAllowed(relay, brand, window);
  const all = new Map<HTMLIFrameElement, Found>();
  const finder = createFinder({
    ...{ window, brand, isSecret },
    isAllowed: (origin) => isAllowed(origin, [window.origin]),
    found(frame, port) {
      all.set(frame, { stage: 'found', element: 0, port });
      changed();
    },
    lost(frame) {
      const { element = 0, port } = all.get(frame) ?? {};
      port?.close();
      all.delete(frame);
      if (element > 0) tell({ word: 'frameless', element });
    },
  });

  function go(frame: HTMLIFrameElement, found: Found): void {
    const element = idOf(frame);
    if (element === 0 || found.stage === 'told') return;
    if (found.stage === 'found') {
      found.stage = 'written';
      changed();
      return;
    }
    tell({ word: 'frame', element }, found.port);
    Object.assign(found, { stage: 'told', element, port: undefined });
  }

  return {
    track: (element) => finder.track(element as HTMLIFrameElement),
    forget: (node) => finder.forget(node),
    reset() {
      for (const found of all.values()) found.stage = 'found';
    },
    write() {
      for (const [frame, found] of all) {
        if (idOf(frame) > 0 && isSecret(frame)) finder.release(frame);
        else go(frame, found);
      }
    },
    stop() {
      finder.stop();
    },
  };
}
