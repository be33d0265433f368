/** Every bound of the protocol in one place; the same figures stand in protocol/README.md and are checked by the shared vectors. */

/** Bytes of a frame's header (protocol section 1). */
export const HEADER_BYTES = 10;
/** A frame, header included, never exceeds this many bytes. */
export const MAX_FRAME_BYTES = 1_048_576;
/** The expanded length that a compressed frame may declare, in bytes: bounds the allocation before it is made. */
export const MAX_EXPANDED_BYTES = 16_777_216;
/** The joined, expanded length of a page batch that was cut into several frames, in bytes. */
export const MAX_BATCH_BYTES = 67_108_864;
/** How far back a linked LZ4 block may reach, in bytes (a property of the LZ4 format: 16-bit offsets). */
export const LZ4_HISTORY_BYTES = 65_536;
/**
 * Raw bytes of a page batch that travel in one frame. What does not shrink takes 90 ms at 750 kbit/s, the usual page a third of that: pointer and action frames slip in between, and no frame is so long that the silence of a
 * path that carries it looks like a break.
 */
export const PAGE_PART_BYTES = 8_192;
/** The same of what is packed and shrinks no more: 44 ms at 750 kbit/s. */
export const PACKED_PART_BYTES = 4_096;
/** Page frames that the tag keeps until they are acknowledged, in bytes. */
export const MAX_RING_BYTES = 2_097_152;
/** Actions of an agent that wait for their verdict; the tag remembers as many verdicts. */
export const MAX_UNANSWERED_ACTIONS = 64;
/** An action that reaches the page later than this after the agent's hand moved is not carried out, in ms. */
export const ACTION_LIFE_MILLIS = 5_000;
/** Longest JSON payload of a control frame, in bytes. */
export const MAX_CONTROL_BYTES = 16_384;
/** Nodes that one page may hold in the viewer: a page beyond it is refused as a whole rather than freezing the agent's window. */
export const MAX_NODES = 2_000_000;
/** String tables of one page batch, of which each attribute's name has one: what real pages use of names is some hundreds. */
export const MAX_STRING_TABLES = 65_536;
/** Depth of a mirrored tree; the HTML parser itself stops at 512, script can go deeper. */
export const MAX_DEPTH = 4_096;
/** Animations that a viewer keeps of a page at once; a tag tells fewer. */
export const MAX_ANIMATIONS = 1_024;
/** Keyframes of one animation ... */
export const MAX_KEYFRAMES = 256;
/** ... the values of properties in all of them ... */
export const MAX_KEYFRAME_VALUES = 1_024;
/** ... and the length of all those with their names, in UTF-16 units. */
export const MAX_KEYFRAME_UNITS = 65_536;
/** Documents of other origins that one page tells of at a time, nested ones included. */
export const MAX_FRAMED = 16;
/** How deep they may be nested: 1 is a frame of the page itself. */
export const MAX_FRAMED_DEPTH = 4;
/** Nodes that one of them may hold in the viewer. */
export const MAX_FRAMED_NODES = 250_000;
/** The joined, expanded length of one of their page batches, in bytes. */
export const MAX_FRAMED_BATCH_BYTES = 16_777_216;
/** Bytes of one page frame of such a document: an LZ4 block of a part that does not shrink is a little longer than the part. */
export const MAX_FRAMED_PART_BYTES = 16_384;
/** Longest string an action may carry, in UTF-8 bytes (typing into a field). */
export const MAX_ACTION_STRING_BYTES = 65_536;
/** The highest page epoch; after it the count starts again at 1. */
export const MAX_EPOCH = 65_535;
