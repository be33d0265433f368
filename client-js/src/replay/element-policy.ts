import { Namespace } from '../protocol/page-op.ts';

/**
 * How an element of the page stands in the mirror.
 *
 * - `mirrored`: as itself, with the attributes that {@link treatmentOf} leaves.
 * - `dead`: as itself, without attributes or content: code and dead markup, of which only the place counts (for selectors).
 * - `stand-in`: as an element that means nothing to any browser.
 */
export type Standing = 'mirrored' | 'dead' | 'stand-in';

/** The name that stands for what may not be in a mirror. */
export const STAND_IN = 'tandem-inert';

const words = (list: string): ReadonlySet<string> => new Set(list.trim().split(/\s+/));

const HTML = words(`
  a abbr acronym address applet area article aside audio b base basefont bdi bdo big blink blockquote body br button canvas caption center
  cite code col colgroup data datalist dd del details dfn dialog dir div dl dt em embed fieldset figcaption figure font footer form h1 h2
  h3 h4 h5 h6 head header hgroup hr html i iframe img input ins kbd label legend li link listing main map mark marquee menu meta meter nav
  nobr noembed noframes object ol optgroup option output p param picture plaintext pre progress q rb rp rt rtc ruby s samp search section
  select selectedcontent slot small source span strike strong style sub summary sup table tbody td textarea tfoot th thead time title tr
  track tt u ul var video wbr xmp image`);

const SVG = words(`
  a animate animateMotion animateTransform circle clipPath defs desc ellipse feBlend feColorMatrix feComponentTransfer feComposite
  feConvolveMatrix feDiffuseLighting feDisplacementMap feDistantLight feDropShadow feFlood feFuncA feFuncB feFuncG feFuncR feGaussianBlur
  feImage feMerge feMergeNode feMorphology feOffset fePointLight feSpecularLighting feSpotLight feTile feTurbulence filter foreignObject g
  image line linearGradient marker mask metadata mpath path pattern polygon polyline radialGradient rect set stop style svg switch symbol
  text textPath title tspan use view`);

const MATHML = words(`
  annotation annotation-xml maction math menclose merror mfenced mfrac mglyph mi mlabeledtr mlongdiv mmultiscripts mn mo mover mpadded
  mphantom mprescripts mroot mrow ms mscarries mscarry msgroup msline mspace msqrt msrow mstack mstyle msub msubsup msup mtable mtd mtext
  mtr munder munderover none semantics`);

const DEAD = words('script noscript template');

/** Browsers for special hosts (desktop shells) know more elements than the standard; these open pages. */
const OPENS_PAGES = words('webview browser portal fencedframe frame frameset');

/**
 * Decides by name. An HTML name that is in no list is mirrored when it is a custom element's, or when this browser itself
 * says that it does not know it ({@link isUnknown}): such an element has no behaviour.
 */
export function standingOf(namespace: Namespace, tag: string, isUnknown: (tag: string) => boolean): Standing {
  if (DEAD.has(tag.toLowerCase())) return 'dead';
  switch (namespace) {
    case Namespace.HTML:
      if (HTML.has(tag)) return 'mirrored';
      if (OPENS_PAGES.has(tag.toLowerCase())) return 'stand-in';
      return isCustomName(tag) || isUnknown(tag) ? 'mirrored' : 'stand-in';
    case Namespace.SVG:
      return SVG.has(tag) ? 'mirrored' : 'stand-in';
    case Namespace.MATHML:
      return MATHML.has(tag) ? 'mirrored' : 'stand-in';
  }
}

const isCustomName = (tag: string): boolean => /^[a-z][^A-Z\s/>]*-[^A-Z\s/>]*$/.test(tag);
