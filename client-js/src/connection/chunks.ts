/** A chunk that could not be loaded is asked for again after this time to twice this time; then after twice, three times as much ... */
const LOAD_AGAIN_MILLIS = 1_000;
/** ... up to so many times. As long as that takes, an invitation waits for an answer, and a session for its page; people may end either. */
const MAX_LOAD_PAUSES = 30;

/** What stands beside the script at this address; `load` imports it when it is called first, and tries until it can. */
export function chunk<T>(name: string, href: string): () => Promise<T> {
  let chunk: Promise<T> | undefined;
  let tries = 0;
  const load = (): Promise<T> =>
    // Under the same address, a browser may remember that it failed.
    (import(new URL(`tandem-${name}.js?${tries++}`, href).href) as Promise<T>).catch(() =>
      new Promise((resume) => setTimeout(resume, Math.min(tries, MAX_LOAD_PAUSES) * LOAD_AGAIN_MILLIS * (1 + Math.random()))).then(load),
    );
  return () => (chunk ??= load());
}
