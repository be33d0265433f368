/** What shows something that is not in the tree. */
export type Drawn = HTMLCanvasElement | HTMLVideoElement;

/** Whether it is shown by pictures: a canvas; a video only where no other browser can load what it plays. */
export function isDrawn(element: Element): element is Drawn {
  if (element.localName !== 'video') return element.localName === 'canvas';
  const { srcObject, currentSrc } = element as HTMLVideoElement;
  return srcObject !== null || currentSrc.startsWith('blob:');
}

/** Whether a picture of it may be taken: a stream is somebody's camera, screen or call, and nothing that a page shows of itself. */
export const isReadable = (element: Drawn): boolean => element.localName === 'canvas' || (element as HTMLVideoElement).srcObject === null;
