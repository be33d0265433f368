import { chunk } from './connection/chunks.ts';
import { recall } from './connection/memory.ts';
import type * as Bundle from './capture.ts';
import type * as Transport from './transport.ts';
import { bearWitness } from './capture/witness.ts';
import { type ConsumerSession, joinSession, type Surroundings, type TagState } from './consumer-session.ts';
import { createHost } from './ui/tag/host.ts';

const CLIENT = 'tandem-tag/0.1.0';
/** Between a session and the next wait in the lobby: no error may turn this into a tight loop. */
const REJOIN_MILLIS = 1_000;
export interface TandemEvents {
  state: TagState;
  /** Why, in words for people. */
  end: string;
}

/** `window.Tandem` */
export interface TandemApi {
  readonly state: TagState;
  /** @returns what unsubscribes */
  on<K extends keyof TandemEvents>(name: K, listener: (event: TandemEvents[K]) => void): () => void;
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
  const listeners: { readonly [K in keyof TandemEvents]: Set<(event: TandemEvents[K]) => void> } = { state: new Set(), end: new Set() };
  const host = createHost();
  let state: TagState = 'connecting';
  let session: ConsumerSession | undefined;

  function tell<K extends keyof TandemEvents>(name: K, event: TandemEvents[K]): void {
    // On its own: a fault of the brand's listener is the brand's to see, and stops nothing here.
    for (const listener of listeners[name]) queueMicrotask(() => listener(event));
  }

  function change(next: TagState): void {
    if (next === state) return;
    state = next;
    tell('state', next);
  }

  const around: Surroundings = {
    brand,
    client: CLIENT,
    relay: relay.replace(/^http/, 'ws'),
    origins,
    host,
    witness: bearWitness(window),
    load: chunk<typeof Bundle>('capture', href),
    transport: chunk<typeof Transport>('transport', href),
    changed: change,
    over(ending, agent, again) {
      session = undefined;
      if (ending) {
        void around.load().then(({ showEnding, explainEnding }) => {
          showEnding(host, ending, agent);
          tell('end', explainEnding(ending, agent));
        });
      }
      change(again ? 'connecting' : 'unavailable');
      if (again) setTimeout(join, REJOIN_MILLIS);
    },
  };

  function join(): void {
    session ??= joinSession(around, recall());
  }

  window.Tandem = {
    get state() {
      return state;
    },
    on(name, listener) {
      listeners[name].add(listener);
      return () => listeners[name].delete(listener);
    },
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
// A frame inside the page is captured by the page around it; a second tag on the page does nothing.
if (script && window === window.parent && !window.Tandem) {
  // A page that the browser prepares unseen must not take the session from the page that is seen.
  if ((document as { prerendering?: boolean }).prerendering) document.addEventListener('prerenderingchange', () => start(script));
  else start(script);
}
