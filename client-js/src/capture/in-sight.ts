/** Whether the consumer sees some of an element: in its own window, and that in the one around it. */
export function isInSight(element: Element): boolean {
  const window = element.ownerDocument.defaultView;
  if (window === null || !isVisible(element)) return false;
  const { top, left, bottom, right } = element.getBoundingClientRect();
  const isInside = bottom > Math.max(0, top) && right > Math.max(0, left) && top < window.innerHeight && left < window.innerWidth;
  return isInside && (window.frameElement === null || isInSight(window.frameElement));
}

/** Not in browsers from before 2023, whatever the types say. */
const isVisible = (element: Partial<Pick<Element, 'checkVisibility'>>): boolean =>
  element.checkVisibility?.({ visibilityProperty: true, opacityProperty: true }) ?? true;
