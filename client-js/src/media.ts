/* What keeps up with canvases, video and audio, as a chunk of its own: loaded when a page has one. */
export { createMedia } from './capture/media/media.ts';
