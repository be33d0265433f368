/** Operations of a page batch (protocol section 6). */
export const PageOp = {
  RESET: 1,
  NODES: 2,
  REMOVE: 3,
  TEXT: 4,
  ATTRIBUTE: 5,
  ATTRIBUTE_REMOVED: 6,
  VALUE: 7,
  CHECKED: 8,
  SELECTED: 9,
  SCROLL: 10,
  VIEWPORT: 11,
  SHEET: 12,
  SHEET_INSERT: 13,
  SHEET_DELETE: 14,
  ADOPTED_SHEET: 15,
  ADOPT: 16,
  FOCUS: 17,
  MODAL: 18,
  URL: 19,
  MOVE: 20,
  SHEET_DISABLED: 21,
  HOLD: 22,
  SHEET_ASSET: 23,
  ADOPTED_ASSET: 24,
  PLAYBACK: 25,
  ANIMATION: 26,
  ANIMATION_STATE: 27,
  SELECTION: 30,
  STATE: 31,
  VISIBLE: 32,
  FRAME: 34,
  FRAME_PART: 35,
} as const;

/** Where a batch has the length of its first column, which is never empty: the rest is deflated (protocol section 6.2). */
export const PACKED = 0;

/** Tokens inside a NODES operation; from {@link NodeToken.SHAPE} on, the token names a shape. */
export const NodeToken = { END: 0, TEXT: 1, SHADOW: 2, DOCUMENT: 3, DOCTYPE: 4, ID: 5, CSS: 6, CSS_ASSET: 7, SHAPE: 8 } as const;

/** How a document lays out: what `document.compatMode` and its doctype come to. */
export const DocumentMode = { QUIRKS: 0, STANDARDS: 1, LIMITED_QUIRKS: 2 } as const;
export type DocumentMode = (typeof DocumentMode)[keyof typeof DocumentMode];

/** Namespaces that an element of a mirror may have. */
export const Namespace = { HTML: 0, SVG: 1, MATHML: 2 } as const;
export type Namespace = (typeof Namespace)[keyof typeof Namespace];

export const NAMESPACE_URIS: readonly [string, string, string] = [
  'http://www.w3.org/1999/xhtml',
  'http://www.w3.org/2000/svg',
  'http://www.w3.org/1998/Math/MathML',
];

/** Bits of the CHECKED operation. */
export const CheckedBit = { CHECKED: 1, INDETERMINATE: 2 } as const;

/** Bits of the PLAYBACK operation. */
export const PlaybackBit = { PLAYING: 1, LOOP: 2 } as const;

/** What an ANIMATION comes from: a script, the `animation` or the `transition` of styles. */
export const AnimationKind = { SCRIPTED: 0, STYLED: 1, TRANSITION: 2 } as const;
export type AnimationKind = (typeof AnimationKind)[keyof typeof AnimationKind];

/** States of the ANIMATION_STATE operation. */
export const AnimationState = { GONE: 0, RUNNING: 1, PAUSED: 2 } as const;
export type AnimationState = (typeof AnimationState)[keyof typeof AnimationState];

/** The number that stands for every animation that was not told: with {@link AnimationState.GONE}, they are all over. */
export const ALL_OTHERS = 0;

/** States of the MODAL operation. */
export const ModalState = { CLOSED: 0, OPEN: 1, MODAL: 2 } as const;
export type ModalState = (typeof ModalState)[keyof typeof ModalState];

/** Kinds of the STATE operation: which elements the page shows so though nothing of it is in the tree. */
export const StateKind = { TARGET: 1, OPEN_LIST: 2 } as const;
export type StateKind = (typeof StateKind)[keyof typeof StateKind];

/** Elements that one STATE may name: each document has one target, and lists are open one at a time. */
export const MAX_STATE_NODES = 64;

/** A sheet's text, or the number of the asset that is it. */
export type SheetText = string | number;

/** Kinds of the HOLD operation: what of an element's border box stays as it is told. */
export const HoldKind = { NONE: 0, BOX: 1, HEIGHT: 2, WIDTH: 3, TRACKS: 4 } as const;
export type HoldKind = (typeof HoldKind)[keyof typeof HoldKind];

/** Of the sizes in a HOLD, to one CSS pixel: browsers lay out in these. */
export const HOLD_UNITS = 64;

/** What a document says of itself when it is opened in a batch. */
export interface DocumentInfo {
  readonly url: string;
  readonly baseUrl: string;
  readonly mode: DocumentMode;
  /** Layout viewport in CSS pixels. */
  readonly width: number;
  readonly height: number;
}
