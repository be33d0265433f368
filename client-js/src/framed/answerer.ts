import { createIsAllowed } from './allowed.ts';
import { type Inner, type InnerContext, openInner } from './inner.ts';
import { type Answer, readGreeting } from './words.ts';

/** Answers the greetings of pages around this document: nothing, unless the relay says that the brand lets all of them see what is in its frames. */
export interface Answerer {
  greeted(event: MessageEvent<string>): Promise<void>;
}

export function createAnswerer(context: InnerContext): Answerer {
  const { window, brand, relay } = context;
  const isAllowed = createIsAllowed(relay, brand, window);
  let inner: Inner | undefined;
  let linkedTo: MessageEventSource | null = null;

  return {
    async greeted({ data, source, origin, ports: [port] }) {
      const greeting = readGreeting(data);
      if (greeting === undefined || port === undefined || !isAround(window, source)) return;
      if (!(await isAllowed(window.origin, [origin, ...ancestorOrigins(window)]))) return;
      if (greeting.kind === 'hello') {
        const goesOn = greeting.isLinked && linkedTo === source && inner?.isOver === false;
        port.postMessage({ origin: window.origin, goesOn } satisfies Answer);
        return;
      }
      inner?.stop();
      inner = openInner(port, context);
      linkedTo = source;
    },
  };
}

/** Nobody is answered but a window around this one. */
function isAround(window: Window, source: MessageEventSource | null): boolean {
  for (let at: Window = window; at !== at.parent; at = at.parent) if (source === at.parent) return true;
  return false;
}

/** Not in every browser, whatever the types say. */
const ancestorOrigins = ({ location }: Window): readonly string[] => [...((location as Partial<Location>).ancestorOrigins ?? [])];
