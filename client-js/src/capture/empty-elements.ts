/** Elements whose content means nothing in a mirror, or must not get there. */
export const EMPTY_ELEMENTS: ReadonlySet<string> = new Set(['script', 'noscript', 'template']);
