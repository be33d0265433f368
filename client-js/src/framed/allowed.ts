/** Answers that are kept: more origins than this meet in no page. */
const MAX_KEPT = 64;

/** Asks the relay whether the brand has documents of an origin mirrored in frames of others: nobody else is believed. */
export type IsAllowed = (frame: string, around: readonly string[]) => Promise<boolean>;

/**
 * @param relay `wss://relay`
 * @param window whose document asks
 */
export function createIsAllowed(relay: string, brand: string, window: Window): IsAllowed {
  /** The oldest first. */
  const known = new Map<string, Promise<boolean>>();

  async function ask(question: string): Promise<boolean> {
    try {
      const url = `${relay.replace(/^ws/, 'http')}/v1/brands/${encodeURIComponent(brand)}/frames?${question}`;
      const answer = await window.fetch(url, { credentials: 'omit', referrerPolicy: 'no-referrer' });
      const { mirrored } = (await answer.json()) as { readonly mirrored?: unknown };
      return mirrored === true;
    } catch {
      // The relay cannot be reached: not now.
      known.delete(question);
      return false;
    }
  }

  return (frame, around) => {
    const query = new URLSearchParams({ frame });
    for (const origin of new Set(around)) query.append('around', origin);
    const question = query.toString();
    const before = known.get(question);
    if (before !== undefined) return before;
    // Kept before it is answered: whoever says a thing a thousand times has it asked once.
    const answer = ask(question);
    known.set(question, answer);
    const [oldest] = known.keys();
    if (known.size > MAX_KEPT && oldest !== undefined) known.delete(oldest);
    return answer;
  };
}
