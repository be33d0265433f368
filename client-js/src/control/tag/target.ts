import type { LateContext, LateState } from '../../capture/late-state.ts';
import { MAX_STATE_NODES, PageOp, StateKind } from '../../protocol/page-op.ts';
import type { Documents } from './documents.ts';

/** Tells which elements the page's styles call `:target`: one of each document, if any. */
export function createTarget(documents: Documents, { known, changed }: LateContext, signal: AbortSignal): LateState {
  const targets = new WeakMap<Document, Element>();
  let told = '';

  function targetOf(document: Document): Element | undefined {
    const before = targets.get(document);
    // It stays so when a script changes the address.
    if (before?.isConnected && before.matches(':target')) return before;
    const target = namedBy(document).find((element) => element.matches(':target'));
    if (target) targets.set(document, target);
    else targets.delete(document);
    return target;
  }

  documents.each(({ defaultView }) => {
    for (const type of ['hashchange', 'popstate', 'load']) defaultView?.addEventListener(type, changed, { passive: true, signal });
  });

  return {
    write(writer) {
      const ids = documents
        .live()
        .flatMap((document) => targetOf(document) ?? [])
        .flatMap((element) => known(element)?.id ?? [])
        .slice(0, MAX_STATE_NODES);
      const telling = ids.join();
      if (telling === told) return;
      told = telling;
      writer.numbers(PageOp.STATE, StateKind.TARGET, ids.length, ...ids);
    },
    reset() {
      told = '';
    },
  };
}

/** What the fragment of a document's address may mean: to look for `:target` itself would read the whole page. */
function namedBy(document: Document): Element[] {
  const at = document.URL.indexOf('#') + 1;
  if (at === 0) return [];
  const raw = document.URL.slice(at);
  return [raw, decoded(raw)].flatMap((name) => [document.getElementById(name) ?? [], [...document.getElementsByName(name)]].flat());
}

function decoded(fragment: string): string {
  try {
    return decodeURIComponent(fragment);
  } catch {
    return fragment;
  }
}
