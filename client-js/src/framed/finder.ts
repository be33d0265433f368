import { readAnswer, writeGreeting } from './words.ts';

/** A greeting that is not answered is said again after this time, in ms, each time after twice as long: the tag may be loaded late. */
const AGAIN_MILLIS = 500;
/** So often at the most. */
const MOST_GREETINGS = 5;
/** One that the agent must not see is looked at again after this time, in ms. */
const SECRET_MILLIS = 2_000;
/** A frame that has loaded anew, and does not say that it goes on, is another document's by then. */
const GOES_ON_MILLIS = 1_000;

export interface FinderOptions {
  readonly window: Window & typeof globalThis;
  readonly brand: string;
  /** Whether the relay has documents of this origin mirrored in this page. */
  readonly isAllowed: (origin: string) => Promise<boolean>;
  /** Whether the agent must not see what is in a frame. */
  readonly isSecret: (frame: Element) => boolean;
  readonly found: (frame: HTMLIFrameElement, port: MessagePort) => void;
  /** What was found is there no more. */
  readonly lost: (frame: HTMLIFrameElement) => void;
}

/** Finds the frames whose document, of another origin, has a tag of the same brand: it greets them, they answer if the relay lets them, and it gives a port to those that the relay lets it. */
export interface Finder {
  track(frame: HTMLIFrameElement): void;
  forget(frame: Node): void;
  /** What was found has left, or must not be seen at present: it is lost, and looked for anew. */
  release(frame: HTMLIFrameElement): void;
  stop(): void;
}

interface Watched {
  isShown: boolean;
  /** Where the last greeting is answered; undefined: it was. */
  answers: MessagePort | undefined;
  greetings: number;
  /** Of what was found. */
  origin: string | undefined;
  timer: number;
  goneTimer: number;
}

export function createFinder({ window, brand, isAllowed, isSecret, found, lost }: FinderOptions): Finder {
  const watched = new Map<HTMLIFrameElement, Watched>();
  const sight = new window.IntersectionObserver((entries) => {
    for (const { target, isIntersecting, boundingClientRect: box } of entries) {
      seen(target as HTMLIFrameElement, isIntersecting, box.width > 0 && box.height > 0);
    }
  });

  function seen(frame: HTMLIFrameElement, isInSight: boolean, hasBox: boolean): void {
    const state = watched.get(frame);
    if (state === undefined) return;
    // One that was scrolled away goes on; one that has no box any more shows nobody anything.
    state.isShown = isInSight || (state.isShown && hasBox);
    if (!state.isShown) lose(frame, state);
    else if (state.origin === undefined) greetAnew(frame, state);
  }

  function lose(frame: HTMLIFrameElement, state: Watched): void {
    window.clearTimeout(state.timer);
    listenNoMore(state);
    drop(frame, state);
  }

  function listenNoMore(state: Watched): void {
    state.answers?.close();
    state.answers = undefined;
  }

  function drop(frame: HTMLIFrameElement, state: Watched): void {
    window.clearTimeout(state.goneTimer);
    if (state.origin === undefined) return;
    state.origin = undefined;
    lost(frame);
  }

  function greetAnew(frame: HTMLIFrameElement, state: Watched): void {
    state.greetings = 0;
    void greet(frame, state);
  }

  async function greet(frame: HTMLIFrameElement, state: Watched): Promise<void> {
    window.clearTimeout(state.timer);
    const isThere = (): boolean => watched.get(frame) === state && state.isShown;
    if (!isThere() || state.greetings >= MOST_GREETINGS) return;
    if (isSecret(frame)) {
      state.timer = window.setTimeout(() => void greet(frame, state), SECRET_MILLIS);
      return;
    }
    const again = AGAIN_MILLIS * 2 ** state.greetings++;
    state.timer = window.setTimeout(() => void greet(frame, state), again);
    const origin = originOf(frame);
    if ((origin !== undefined && !(await isAllowed(origin))) || !isThere()) return;
    listenNoMore(state);
    const { port1, port2 } = new window.MessageChannel();
    state.answers = port1;
    port1.onmessage = ({ data }) => {
      // One answer to a greeting: each may have the relay asked.
      port1.onmessage = null;
      void answered(frame, state, port1, data);
    };
    // To whoever is there: where the frame has gone since it was given its address nobody knows, and a browser would complain in the page's console about one that is elsewhere.
    frame.contentWindow?.postMessage(writeGreeting(brand, { kind: 'hello', isLinked: state.origin !== undefined }), '*', [port2]);
  }

  async function answered(frame: HTMLIFrameElement, state: Watched, answers: MessagePort, data: unknown): Promise<void> {
    const answer = readAnswer(data);
    const isThere = (): boolean => state.answers === answers && watched.get(frame) === state && state.isShown;
    // Where the frame leads may be another origin than where it is.
    if (answer === undefined || !isThere() || !(await isAllowed(answer.origin)) || !isThere() || isSecret(frame)) return;
    listenNoMore(state);
    window.clearTimeout(state.timer);
    window.clearTimeout(state.goneTimer);
    if (answer.goesOn && answer.origin === state.origin) return;
    drop(frame, state);
    state.origin = answer.origin;
    const { port1, port2 } = new window.MessageChannel();
    // To the origin that the relay lets, and to nobody else: whoever said that it was theirs.
    frame.contentWindow?.postMessage(writeGreeting(brand, { kind: 'link', isLinked: false }), answer.origin, [port2]);
    found(frame, port1);
  }

  function loaded({ currentTarget }: Event): void {
    const frame = currentTarget as HTMLIFrameElement;
    const state = watched.get(frame);
    if (state === undefined) return;
    window.clearTimeout(state.goneTimer);
    if (state.origin !== undefined) state.goneTimer = window.setTimeout(() => drop(frame, state), GOES_ON_MILLIS);
    greetAnew(frame, state);
  }

  function forget(frame: Node): void {
    const state = watched.get(frame as HTMLIFrameElement);
    if (state === undefined) return;
    lose(frame as HTMLIFrameElement, state);
    watched.delete(frame as HTMLIFrameElement);
    sight.unobserve(frame as Element);
    frame.removeEventListener('load', loaded);
  }

  return {
    track(frame) {
      if (watched.has(frame)) return;
      watched.set(frame, { isShown: false, answers: undefined, greetings: 0, origin: undefined, timer: 0, goneTimer: 0 });
      frame.addEventListener('load', loaded);
      sight.observe(frame);
    },
    forget,
    release(frame) {
      const state = watched.get(frame);
      if (state === undefined) return;
      drop(frame, state);
      greetAnew(frame, state);
    },
    stop() {
      for (const frame of [...watched.keys()]) forget(frame);
      sight.disconnect();
    },
  };
}

/** Where the frame's address leads; undefined: that is not told by it (a form or a script fills it). */
function originOf({ src }: HTMLIFrameElement): string | undefined {
  try {
    const { protocol, origin } = new URL(src);
    return /^https?:$/.test(protocol) ? origin : undefined;
  } catch {
    return undefined;
  }
}
