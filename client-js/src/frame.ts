import type * as Acting from './acting.ts';
import { chunk } from './connection/chunks.ts';
import type { Surroundings } from './consumer-session.ts';
import { type Answerer, createAnswerer } from './framed/answerer.ts';
import type * as Media from './media.ts';

/*
 * The tag in a frame of another origin than the page around it, as a chunk of its own: it is loaded when a page greets it.
 */

const loadActing = chunk<typeof Acting>('acting', import.meta.url);

const loadMedia = chunk<typeof Media>('media', import.meta.url);

const answerers = new WeakMap<Surroundings, Answerer>();

/** A window said that it is a page with a session around this one. */
export function greeted(event: MessageEvent<string>, around: Surroundings): void {
  const known = answerers.get(around);
  const answerer =
    known ?? createAnswerer({ ...around, window, loadActing, loadMedia: async (context) => (await loadMedia()).createMedia(context) });
  if (known === undefined) answerers.set(around, answerer);
  void answerer.greeted(event);
}
