export interface Candidate {
  readonly address: string;
  readonly descriptors: string;
}

/** The candidates of a `srcset`, by the steps of the HTML standard. */
export function srcsetCandidates(srcset: string): Candidate[] {
  const candidates: Candidate[] = [];
  let rest = srcset;
  for (;;) {
    rest = rest.replace(/^[\s,]+/, '');
    const address = /^\S+/.exec(rest)?.[0];
    if (address === undefined) return candidates;
    rest = rest.slice(address.length);
    const bare = address.replace(/,+$/, '');
    let descriptors = '';
    if (bare.length === address.length) {
      descriptors = /^(?:[^,(]|\([^)]*\)?)*/.exec(rest)?.[0] ?? '';
      rest = rest.slice(descriptors.length);
    }
    candidates.push({ address: bare, descriptors: descriptors.trim() });
  }
}
