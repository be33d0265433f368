import { isTag, nearest } from './reach.ts';

/** Whether a URL is one that an agent may take the consumer to: the page's own origin, or one that the brand lists in the tag. */
export function mayGoTo(url: string, origins: readonly string[]): boolean {
  let target: URL;
  try {
    target = new URL(url);
  } catch {
    return false;
  }
  return /^https?:$/.test(target.protocol) && (target.origin === location.origin || origins.includes(target.origin));
}

type Link = HTMLAnchorElement | HTMLAreaElement | SVGAElement;

/** The link that a click on the element follows. */
export function linkAround(element: Element): Link | null {
  const link = nearest(element, 'a[href],area[href],a[*|href]');
  return link as Link | null;
}

export function addressOf(link: Link): string {
  if (typeof link.href === 'string') return link.href;
  try {
    return new URL(link.href.baseVal, link.baseURI).href;
  } catch {
    return '';
  }
}

/** Where a click on the element would submit a form to; undefined when it would not. */
export function submitsTo(element: Element): string | undefined {
  const button = nearest(element, 'button,input');
  if (isTag(button, 'button') ? button.type !== 'submit' : !(isTag(button, 'input') && /^(submit|image)$/.test(button.type)))
    return undefined;
  const { form } = button as HTMLButtonElement | HTMLInputElement;
  return form ? formAddress(form, button as HTMLButtonElement) : undefined;
}

/** A form's or its button's action; both `form.action` and `button.formAction` may be hidden by fields of that name. */
export function formAddress(form: HTMLFormElement, button?: Element): string {
  const method = button?.getAttribute('formmethod') ?? form.getAttribute('method') ?? '';
  // Closes a dialog and goes nowhere.
  if (method.toLowerCase() === 'dialog') return form.baseURI;
  const action = button?.getAttribute('formaction') ?? form.getAttribute('action') ?? '';
  try {
    return new URL(action.trim() || form.ownerDocument.URL, form.baseURI).href;
  } catch {
    return '';
  }
}

/**
 * Runs what follows a link or submits a form so that it stays in this tab. A window that a script opens without the consumer's own click is
 * blocked by the browser, and a session belongs to one tab: so `_blank` and other windows become this one for the moment of the click.
 */
export function inThisTab(element: Element, run: () => void): void {
  const button = nearest(element, 'button,input') as HTMLButtonElement | null;
  const carriers = [linkAround(element), button?.form].filter((carrier) => carrier && leavesTab(carrier)) as Element[];
  const before = carriers.map((carrier) => carrier.getAttribute('target'));
  for (const carrier of carriers) carrier.setAttribute('target', '_self');
  run();
  carriers.forEach((carrier, i) => {
    const target = before[i];
    if (typeof target === 'string') carrier.setAttribute('target', target);
    else carrier.removeAttribute('target');
  });
}

function leavesTab(carrier: Element): boolean {
  const target = carrier.getAttribute('target') ?? carrier.ownerDocument.querySelector('base[target]')?.getAttribute('target') ?? '';
  if (/^(_self|_parent|_top|)$/i.test(target)) return false;
  return !carrier.ownerDocument.querySelector(`iframe[name="${CSS.escape(target)}"]`);
}
