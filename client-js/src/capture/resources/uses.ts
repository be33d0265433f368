import { srcsetCandidates } from '../../protocol/srcset.ts';
import type { Root } from '../roots.ts';
import { absolute, cssAddresses, type Search } from './search.ts';
import { searchSheet } from './sheet-uses.ts';

/*
 * Where the page shows what stands under an address. An agent may name any address; what is found here is what the page itself shows to the agent at this
 * moment: an attribute of an element that is not masked, or a rule that such an element matches.
 */

/** Elements that show something by an attribute. */
const SHOWING = 'img,picture>source[srcset],input[type=image i],image,feImage,video[poster],[background],[style*="url(" i]';

const ADDRESS_ATTRIBUTES: Readonly<Record<string, readonly string[]>> = {
  img: ['src'],
  input: ['src'],
  video: ['poster'],
  image: ['href', 'xlink:href'],
  feImage: ['href', 'xlink:href'],
};
const WITH_BACKGROUND: ReadonlySet<string> = new Set(['body', 'table', 'tbody', 'td', 'tfoot', 'th', 'thead', 'tr']);

/** Goes through all of the page, a little further with each step. */
export function* searchUses(search: Search): Generator<void> {
  for (const root of search.roots()) {
    yield* searchElements(search, root);
    const owners = new Set([...root.styleSheets, ...root.adoptedStyleSheets]);
    for (const sheet of owners) yield* searchSheet(search, root, sheet);
  }
}

function* searchElements({ wanted, found, isSecret }: Search, root: Root): Generator<void> {
  for (const element of root.querySelectorAll(SHOWING)) {
    yield;
    const addresses = addressesOf(element).filter((address) => wanted.has(address));
    const shower = showerOf(element);
    if (addresses.length === 0 || isSecret(shower)) continue;
    for (const address of new Set(addresses)) {
      const isSeen = (): boolean => !isSecret(shower) && addressesOf(element).includes(address);
      found(address, { element: shower, isFont: false, isSeen });
    }
  }
}

/** A source shows nothing itself: the image beside it does. */
const showerOf = (element: Element): Element =>
  element.localName === 'source' ? (element.parentElement?.querySelector('img') ?? element) : element;

/** All that an element shows, or would at another size: absolute, without fragments. */
export function addressesOf(element: Element): string[] {
  const { localName, baseURI } = element;
  const names = ADDRESS_ATTRIBUTES[localName] ?? [];
  const raw = [...names, ...(WITH_BACKGROUND.has(localName) ? ['background'] : [])].map((name) => element.getAttribute(name) ?? '');
  if (localName === 'img' || localName === 'source')
    raw.push(...srcsetCandidates(element.getAttribute('srcset') ?? '').map(({ address }) => address));
  if (localName === 'img') raw.push((element as HTMLImageElement).currentSrc);
  return [...raw.flatMap((address) => absolute(address, baseURI)), ...cssAddresses(element.getAttribute('style') ?? '', baseURI)];
}
