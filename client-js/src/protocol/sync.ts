import { ByteReader, ByteWriter, MalformedBytes } from './bytes.ts';

/** What the tag tells its agents about time and about what it has answered (protocol section 4.3). */
export interface Sync {
  /** Whether the tag wants to hear, by RESUME, how far the page has come. */
  readonly asks: boolean;
  /** Since the tag's document began. */
  readonly clockMillis: number;
  /** For each agent, the highest sequence of its actions that was answered. */
  readonly answered: readonly (readonly [participant: number, sequence: number])[];
}

const ASKS = 1;
/** A participant's number is one byte of a frame's header. */
const MAX_PARTICIPANTS = 255;

export function encodeSync({ asks, clockMillis, answered }: Sync): Uint8Array<ArrayBuffer> {
  const out = new ByteWriter(16);
  out.varint(asks ? ASKS : 0);
  out.varint(clockMillis);
  out.varint(answered.length);
  for (const [participant, sequence] of answered) {
    out.varint(participant);
    out.varint(sequence);
  }
  return out.toBytes();
}

/** @throws MalformedBytes when the payload is no SYNC */
export function decodeSync(payload: Uint8Array): Sync {
  const bytes = new ByteReader(payload);
  const flags = bytes.varint();
  const clockMillis = bytes.varint();
  const count = bytes.varint();
  if (flags > ASKS) throw new MalformedBytes(`flags ${flags}; at most ${ASKS}`);
  if (count > MAX_PARTICIPANTS) throw new MalformedBytes(`${count} agents; at most ${MAX_PARTICIPANTS}`);
  const answered = Array.from({ length: count }, () => [bytes.varint(), bytes.varint()] as const);
  bytes.finish();
  return { asks: flags === ASKS, clockMillis, answered };
}
