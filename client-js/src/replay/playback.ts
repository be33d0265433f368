import { PlaybackBit } from '../protocol/page-op.ts';
import { isMedium } from './node-table.ts';

/** A medium further than this from where the consumer's is, in seconds, jumps there; nearer, it is left alone, for a jump is heard and seen. */
const TOLERATED_SECONDS = 0.4;
/** Rates that browsers play. */
const [SLOWEST, FASTEST] = [0.0625, 16];

/** Puts a video or audio where the consumer's is; what is neither in a mirror stays as it is. Without sound: the agent has the consumer on the telephone. */
export function setPlayback(node: Node, bits: number, positionMillis: number, rate: number): void {
  if (!isMedium(node)) return;
  const isPlaying = (bits & PlaybackBit.PLAYING) !== 0 && rate > 0;
  node.muted = true;
  node.loop = (bits & PlaybackBit.LOOP) !== 0;
  if (rate > 0) node.playbackRate = Math.min(FASTEST, Math.max(SLOWEST, rate));
  const seconds = positionMillis / 1000;
  if (!isPlaying || Math.abs(node.currentTime - seconds) > TOLERATED_SECONDS) node.currentTime = seconds;
  // It fails where it cannot be loaded, or another word of it comes first.
  if (isPlaying) node.play().catch(() => undefined);
  else node.pause();
}
