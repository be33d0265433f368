import type { LateContext, LateState } from '../../capture/late-state.ts';
import { innermost } from '../../inner-roots.ts';
import { PageOp } from '../../protocol/page-op.ts';
import { MAX_TEXT_RANGES, numbersOf, type TextRange } from '../../protocol/text-range.ts';
import type { Documents } from './documents.ts';
import { isTag } from './reach.ts';
import { selectionIn, textIn } from './selected-text.ts';

/**
 * A selection that nobody changes may still have other ends once the page has changed, and is looked at again: not before this many ms for each text that
 * was looked at, so that a long one takes 1 % of the main thread at the most.
 */
const REST_MILLIS_A_TEXT = 0.03;

/** Tells what the consumer has selected: in the page, in frames of its origin, and in text fields. Nothing of what is masked, not even how much. */
export function createSelection(documents: Documents, context: LateContext, signal: AbortSignal): LateState {
  const { known, shadowOf, changed } = context;
  let told = '';
  let isNew = true;
  let texts: readonly TextRange[] = [];
  let restsUntil = 0;

  function inTexts(): readonly TextRange[] {
    const now = performance.now();
    if (!isNew && now < restsUntil) return texts;
    let looked = 0;
    texts = documents
      .live()
      .flatMap((document) => selectionIn(document, shadowOf))
      .flatMap((ends) => {
        const found = textIn(ends, context);
        looked += found.looked;
        return found.ranges;
      });
    isNew = false;
    restsUntil = looked > 0 ? now + looked * REST_MILLIS_A_TEXT : Infinity;
    return texts;
  }

  function inField(document: Document): TextRange[] {
    const { activeElement } = document;
    const field = activeElement && innermost(activeElement, shadowOf, (root) => root.activeElement);
    if (!isTag(field, 'input') && !isTag(field, 'textarea')) return [];
    const entry = known(field);
    if (!entry || entry.masked) return [];
    // Fields of numbers and dates tell of none.
    const { selectionStart: start, selectionEnd: end } = field;
    return start !== null && end !== null && start < end ? [{ start: entry.id, startOffset: start, end: entry.id, endOffset: end }] : [];
  }

  documents.each((document) => {
    document.addEventListener(
      'selectionchange',
      () => {
        isNew = true;
        changed();
      },
      { capture: true, passive: true, signal },
    );
  });

  return {
    write(writer) {
      const numbers = numbersOf([...documents.live().flatMap(inField), ...inTexts()].slice(0, MAX_TEXT_RANGES));
      const telling = numbers.length > 1 ? numbers.join() : '';
      if (telling === told) return;
      told = telling;
      writer.numbers(PageOp.SELECTION, ...numbers);
    },
    reset() {
      told = '';
      isNew = true;
    },
  };
}
