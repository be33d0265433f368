/** The type byte of a frame: its two top bits are the lane (protocol section 2). */
export const FrameType = {
  HELLO: 0x01,
  WELCOME: 0x02,
  ERROR: 0x03,
  GO_AWAY: 0x04,
  PING: 0x05,
  PONG: 0x06,
  INVITATION: 0x08,
  INVITATION_ANSWER: 0x09,
  INVITATION_STATE: 0x0a,
  SESSION: 0x0b,
  SET_MODE: 0x0c,
  PAUSE: 0x0d,
  END: 0x0e,
  BUDGET: 0x0f,
  ASK: 0x10,
  ASKED: 0x11,
  KEYFRAME: 0x40,
  MUTATIONS: 0x41,
  ASSET: 0x42,
  PAGE_ACK: 0x48,
  KEYFRAME_REQUEST: 0x49,
  RESUME: 0x4a,
  RESOURCE_REQUEST: 0x4b,
  CLICK: 0x80,
  INPUT: 0x81,
  SELECT: 0x82,
  KEY: 0x83,
  NAVIGATE: 0x84,
  SCROLL_TO: 0x85,
  FOCUS: 0x86,
  HIGHLIGHT: 0x90,
  WIGGLE: 0x91,
  SYNC: 0xbe,
  VERDICT: 0xbf,
  CURSOR: 0xc0,
  CLICK_MARK: 0xc1,
  TYPING: 0xc2,
} as const;

export type FrameTypeName = keyof typeof FrameType;
export type FrameType = (typeof FrameType)[FrameTypeName];

// A bundle that asks for no names does not carry them.
const names = /* @__PURE__ */ (() =>
  new Map<number, FrameTypeName>((Object.keys(FrameType) as FrameTypeName[]).map((name) => [FrameType[name], name])))();

/** First and last byte of each run of types. */
const RUNS = [
  [FrameType.HELLO, FrameType.PONG],
  [FrameType.INVITATION, FrameType.ASKED],
  [FrameType.KEYFRAME, FrameType.ASSET],
  [FrameType.PAGE_ACK, FrameType.RESOURCE_REQUEST],
  [FrameType.CLICK, FrameType.FOCUS],
  [FrameType.HIGHLIGHT, FrameType.WIGGLE],
  [FrameType.SYNC, FrameType.TYPING],
] as const;

/** The type's name in the specification, or undefined for a byte that is no type of version 1. */
export function frameTypeName(type: number): FrameTypeName | undefined {
  return names.get(type);
}

export function isFrameType(type: number): type is FrameType {
  return RUNS.some(([first, last]) => type >= first && type <= last);
}

export type Lane = 'control' | 'page' | 'action' | 'pointer';

const LANES: readonly [Lane, Lane, Lane, Lane] = ['control', 'page', 'action', 'pointer'];

/** The lane of a type: its two top bits. */
export function laneOf(type: number): Lane {
  return LANES[(type >>> 6) as 0 | 1 | 2 | 3];
}
