/* What brings the documents of a page's frames that are of other origins and carry the tag into its session, as a chunk of its own: most pages have no such frame. */
export { openFrames } from './framed/outer.ts';
export type { Frames } from './framed/outer.ts';
