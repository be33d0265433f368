import { Namespace } from '../protocol/page-op.ts';

/**
 * What becomes of an attribute of the page in the mirror.
 *
 * - `drop`: it would load, navigate, submit, run, take the focus or reach out.
 * - `plain`: kept as it is.
 * - `image`: address of an image, or what stands for it; the mirror's content policy says what may load.
 * - `media`: address of a medium, resolved; the same.
 * - `queries`: media queries: the consumer's device answers them.
 * - `link`: address that only a click would follow: kept as it is for styles; nobody can click in a mirror.
 * - `reference`: fragment of the same document, or a document of an allowed origin.
 * - `srcset`, `css`: hold addresses, resolved one by one.
 * - `opens`: address of a document or a program of its own, which is never opened: only its host is told to the agent.
 * - `sheet`: decided by the link element's other attributes.
 * - `meta-name`, `animated-name`: kept for harmless values only.
 * - `autocomplete`: always off: the agent's browser fills in nothing.
 */
export type Treatment =
  | 'drop'
  | 'plain'
  | 'image'
  | 'media'
  | 'queries'
  | 'link'
  | 'reference'
  | 'srcset'
  | 'css'
  | 'opens'
  | 'sheet'
  | 'meta-name'
  | 'animated-name'
  | 'autocomplete';

const words = (list: string): ReadonlySet<string> => new Set(list.trim().split(/\s+/));

/** Attributes that act, in any of the three vocabularies, on whatever element they stand. */
const ACTING = words(`
  accesskey action adauctionheaders allow allowfullscreen allowpaymentrequest allowusermedia archive as attributionsrc autofocus
  autoplay blocking browsingtopics capture classid closedby code codebase command commandfor contextmenu credentialless crossorigin csp
  dirname download dynsrc event formaction formtarget http-equiv imagesizes imagesrcset implements integrity interestfor interesttarget
  invokeaction invoketarget language longdesc lowsrc manifest nonce object ping popovertarget popovertargetaction privatetoken profile
  referrerpolicy sandbox shadowroot shadowrootclonable shadowrootdelegatesfocus shadowrootmode shadowrootserializable
  shadowrootcustomelementregistry sharedstoragewritable srcdoc target webkitdirectory xml:base`);

/** Attributes of the HTML vocabulary that only describe or style. */
const DESCRIBING = words(`
  abbr accept accept-charset align alink alt autocapitalize autocorrect axis behavior bgcolor border bordercolor cellpadding cellspacing
  char charoff charset checked class clear color cols colspan compact content contenteditable controls controlslist coords datetime
  decoding default defer dir direction disabled disablepictureinpicture disableremoteplayback draggable enctype enterkeyhint exportparts
  face fetchpriority for form formenctype formmethod formnovalidate frame frameborder headers headingoffset headingreset height hidden high
  hreflang hspace id inert inputmode is ismap itemid itemprop itemref itemscope itemtype kind label lang leftmargin link list loading loop low
  marginheight marginwidth max maxlength media method min minlength multiple muted name nohref noresize noshade novalidate nowrap open
  optimum part pattern placeholder playsinline popover prefix preload property readonly rel required rev reversed role rows rowspan rules scheme
  scope scrollamount scrolldelay scrolling selected shape size sizes slot span spellcheck srclang start step summary tabindex text title
  topmargin translate truespeed type usemap valign value valuetype version virtualkeyboardpolicy vlink vspace width wrap
  writingsuggestions`);

const SRC_SHOWS = words('img input');
const SRC_LOADS = words('audio source track video');
const SRC_OPENS = words('embed iframe');
const SRC_ACTS = words('applet fencedframe frame portal script webview');
const PLUGINS = words('applet embed object');
const FIELDS = words('form input select textarea');
const BACKGROUNDS = words('body table tbody td tfoot th thead tr');
const SVG_IMAGES = words('feimage image');
const SVG_ANIMATIONS = words('animate animatecolor animatemotion animatetransform discard set');

/** What an SVG animation may not touch: it would bring an address or a style past this policy. */
export const ANIMATES_ADDRESS = /(?:^|:)(?:href|src|style|base|on.*)$/i;
/** The meta elements whose words change how the page looks, or nothing. All others act. */
export const HARMLESS_META = words('viewport color-scheme theme-color');

/**
 * Decides by element and attribute name alone.
 *
 * @param reflects whether this browser gives the element a property of that name: a word that is in no list of ours and yet
 *   means something to the browser is behaviour that is newer than this code
 */
export function treatmentOf(namespace: Namespace, tag: string, name: string, reflects: (name: string) => boolean): Treatment {
  const key = name.toLowerCase();
  if (key.startsWith('on') || ACTING.has(key)) return 'drop';
  if (key === 'style') return 'css';
  switch (namespace) {
    case Namespace.HTML:
      return htmlTreatment(tag, key, reflects);
    case Namespace.SVG:
      return svgTreatment(tag.toLowerCase(), key);
    case Namespace.MATHML:
      // Any MathML element may be a link.
      return key === 'href' || key === 'src' || key === 'altimg' || key.startsWith('xlink:') ? 'drop' : 'plain';
  }
}

function htmlTreatment(tag: string, key: string, reflects: (name: string) => boolean): Treatment {
  switch (key) {
    case 'href':
      if (tag === 'a' || tag === 'area') return 'link';
      if (tag === 'link') return 'sheet';
      return tag === 'base' ? 'drop' : 'plain';
    case 'rel':
      return tag === 'link' ? 'sheet' : 'plain';
    case 'src':
      if (SRC_SHOWS.has(tag)) return 'image';
      if (SRC_LOADS.has(tag)) return 'media';
      if (SRC_OPENS.has(tag)) return 'opens';
      return SRC_ACTS.has(tag) ? 'drop' : 'plain';
    case 'srcset':
      return tag === 'img' || tag === 'source' ? 'srcset' : 'plain';
    case 'poster':
      return tag === 'video' ? 'image' : 'plain';
    case 'background':
      return BACKGROUNDS.has(tag) ? 'image' : 'plain';
    case 'data':
      if (tag === 'object') return 'opens';
      return PLUGINS.has(tag) ? 'drop' : 'plain';
    case 'type':
      return PLUGINS.has(tag) ? 'drop' : 'plain';
    case 'cite':
      return 'link';
    case 'media':
      return 'queries';
    case 'name':
      if (tag === 'meta') return 'meta-name';
      return tag === 'iframe' ? 'drop' : 'plain';
    case 'autocomplete':
      return FIELDS.has(tag) ? 'autocomplete' : 'plain';
    default:
      return isWord(key) && !DESCRIBING.has(key) && reflects(key) ? 'drop' : 'plain';
  }
}

function svgTreatment(tag: string, key: string): Treatment {
  if (key === 'href' || key === 'xlink:href') {
    if (tag === 'a') return 'link';
    return SVG_IMAGES.has(tag) ? 'image' : 'reference';
  }
  if (key.startsWith('xlink:')) return key === 'xlink:title' ? 'plain' : 'drop';
  if (key === 'src') return 'drop';
  if (SVG_ANIMATIONS.has(tag) && key === 'attributename') return 'animated-name';
  return 'plain';
}

/** Browsers give meaning to plain words; a name with a dash, a colon or a bracket belongs to the page alone. */
const isWord = (key: string): boolean => /^[a-z]+$/.test(key);
