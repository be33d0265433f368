import { DocumentMode } from '../protocol/page-op.ts';

const DOCTYPES: Readonly<Record<DocumentMode, string>> = {
  [DocumentMode.QUIRKS]: '',
  [DocumentMode.STANDARDS]: '<!DOCTYPE html>',
  [DocumentMode.LIMITED_QUIRKS]:
    '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">',
};

/**
 * The content policy of a mirror: the origins may show images, styles, fonts and media; nothing else is reached, nothing runs.
 *
 * @param origins plain origins only (see plainOrigins): they become part of markup
 */
export function contentPolicy(origins: ReadonlySet<string>): string {
  const from = [...origins].join(' ');
  const shown = `${from} data: blob:`;
  return [
    "default-src 'none'",
    `style-src 'unsafe-inline' ${from}`,
    `img-src ${shown}`,
    `font-src ${shown}`,
    `media-src ${shown}`,
    ...['script', 'connect', 'frame', 'child', 'worker', 'object', 'manifest'].map((kind) => `${kind}-src 'none'`),
    "form-action 'none'",
    "base-uri 'none'",
  ].join('; ');
}

/**
 * An empty frame in which nothing runs, submits, navigates others or opens windows. `allow-same-origin` is what lets the viewer build in
 * it from outside. `inert` and the negative tab index keep the agent's keyboard out.
 */
export function createSandboxFrame(owner: Document): HTMLIFrameElement {
  const frame = owner.createElement('iframe');
  confine(frame);
  frame.setAttribute('scrolling', 'no');
  frame.setAttribute('aria-hidden', 'true');
  frame.title = "The consumer's page";
  frame.tabIndex = -1;
  frame.inert = true;
  frame.style.cssText = 'display:block;border:0;margin:0;padding:0;background:#fff;position:absolute;left:0;top:0';
  return frame;
}

/** Also for the frames inside a mirror. They inherit what surrounds them; saying it again costs nothing. */
export function confine(frame: HTMLIFrameElement): void {
  frame.setAttribute('sandbox', 'allow-same-origin');
  frame.setAttribute('referrerpolicy', 'no-referrer');
}

/**
 * Starts an attached frame's document anew: in the page's layout mode, under the policy, and empty. The policy and the
 * referrer policy stay in force when the elements that brought them are removed.
 */
export function openEmptyDocument(frame: HTMLIFrameElement, mode: DocumentMode, policy: string): Document {
  const document = frame.contentDocument;
  if (document === null) throw new Error('a mirror frame without a document');
  document.open();
  // Only a parser sets a document's layout mode, and only a written meta its policy; the text is constant but for plain origins.
  // eslint-disable-next-line @typescript-eslint/no-deprecated
  document.write(
    `${DOCTYPES[mode]}<html><head><meta http-equiv="Content-Security-Policy" content="${policy}"><meta name="referrer" content="no-referrer"><meta http-equiv="x-dns-prefetch-control" content="off"></head></html>`,
  );
  document.close();
  document.replaceChildren();
  for (const type of NATIVE_EVENTS) document.addEventListener(type, refuse, { capture: true });
  return document;
}

/**
 * What a person's hand could do in a document: follow a link, submit, edit, select, drag. The viewer's overlay takes all input before it
 * gets here; should some get through (another tool's click, a key), it has no effect.
 */
const NATIVE_EVENTS = [
  ...['click', 'auxclick', 'dblclick', 'contextmenu', 'mousedown', 'pointerdown', 'touchstart', 'dragstart', 'drop', 'selectstart'],
  ...['submit', 'reset', 'beforeinput', 'keydown', 'keypress', 'paste', 'cut', 'command'],
];

function refuse(event: Event): void {
  event.preventDefault();
  event.stopImmediatePropagation();
}
