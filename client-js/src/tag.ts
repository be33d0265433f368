import { audience, type Audience } from './connection/channel.ts';
import { chunk } from './connection/chunks.ts';
import { recall } from './connection/memory.ts';
import type * as Bundle from './capture.ts';
import type * as Inner from './frame.ts';
import type * as Talk from './talk.ts';
import type * as Transport from './transport.ts';
import type { Asked, AskedFor } from './protocol/control.ts';
import { bearWitness } from './capture/witness.ts';
import { type ConsumerSession, joinSession, type Surroundings, type TagState } from './consumer-session.ts';
import { createHost } from './ui/tag/host.ts';

/** Between a session and the next wait in the lobby: no error may turn this into a tight loop. */
const REJOIN_MILLIS = 1_000;
export interface TandemEvents {
  state: TagState;
  /** What the consumer asks for now; with a code, its six digits. */
  asked: Asked;
  /** Why, in words for people. */
  end: string;
}

/** `window.Tandem` */
export interface TandemApi {
  readonly state: TagState;
  /** @returns what unsubscribes */
  on<K extends keyof TandemEvents>(name: K, listener: (event: TandemEvents[K]) => void): () => void;
  /** Asks for any agent, or for a code that the consumer reads to the one on the phone; `nothing` takes it back. */
  ask(want: AskedFor): void;
  /** Ends the session, or declines the invitation. */
  end(): void;
}

declare global {
  interface Window {
    Tandem?: TandemApi;
  }
}

function start(script: HTMLScriptElement): void {
  // Now: a page may change the base of its addresses later.
  const { origin, href } = new URL(script.src);
  const { brand, relay = origin, origins = '' } = script.dataset;
  if (!brand) return;
  const audiences: { readonly [K in keyof TandemEvents]: Audience<TandemEvents[K]> } = {
    state: audience(),
    asked: audience(),
    end: audience(),
  };
  const host = createHost();
  let state: TagState = 'connecting';
  let session: ConsumerSession | undefined;

  function change(next: TagState): void {
    if (next === state) return;
    state = next;
    audiences.state.tell(next);
  }

  const around: Surroundings = {
    brand,
    relay: relay.replace(/^http/, 'ws'),
    origins,
    host,
    witness: bearWitness(),
    load: chunk<typeof Bundle>('capture', href),
    talk: chunk<typeof Talk>('talk', href),
    transport: chunk<typeof Transport>('transport', href),
    changed: change,
    asked: (asked) => audiences.asked.tell(asked),
    over(ending, agent, again) {
      session = undefined;
      if (ending) {
        void around.talk().then(({ showEnding }) => audiences.end.tell(showEnding(host, ending, agent)));
      }
      change(again ? 'connecting' : 'unavailable');
      if (again) setTimeout(join, REJOIN_MILLIS);
    },
  };

  if (window !== parent) {
    const load = chunk<typeof Inner>('frame', href);
    addEventListener('message', (event: MessageEvent<{ startsWith?: (start: string) => boolean } | null>) => {
      // The begin of a greeting.
      if (!event.data?.startsWith?.(`{"tandem":"${brand}"`)) return;
      event.stopImmediatePropagation();
      void load().then(({ greeted }) => greeted(event as MessageEvent<unknown> as MessageEvent<string>, around));
    });
    return;
  }

  function join(): void {
    session ??= joinSession(around, recall());
  }

  window.Tandem = {
    get state() {
      return state;
    },
    on: (name, listener) =>
      // On its own: a fault of the brand's listener is the brand's to see, and stops nothing here.
      audiences[name].add((event) => queueMicrotask(() => listener(event))),
    ask: (want) => session?.ask(want),
    end: () => session?.end(),
  };
  addEventListener('pagehide', () => {
    session?.suspend();
    session = undefined;
  });
  // From the back/forward cache: another page may have gone on with the session, so this document joins it anew.
  addEventListener('pageshow', (event) => event.persisted && join());
  join();
}

const script = document.currentScript as HTMLScriptElement | null;
// A second tag on the page does nothing.
if (script && !window.Tandem) {
  // A page that the browser prepares unseen must not take the session from the page that is seen.
  if ((document as { prerendering?: boolean }).prerendering) document.addEventListener('prerenderingchange', () => start(script));
  else start(script);
}
