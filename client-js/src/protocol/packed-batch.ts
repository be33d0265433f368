import { ByteReader, MalformedBytes } from './bytes.ts';
import { inflate } from './inflate.ts';
import { MAX_BATCH_BYTES } from './limits.ts';
import { PACKED } from './page-op.ts';

/**
 * A page batch as it is read: expanded, where it came packed (protocol section 6.2).
 *
 * @throws MalformedBytes where it declares more than a batch may hold, or holds something else than it declares
 */
export function unpackBatch(batch: Uint8Array, maxBytes = MAX_BATCH_BYTES): Uint8Array {
  if (batch[0] !== PACKED) return batch;
  const reader = new ByteReader(batch.subarray(1));
  const bytes = reader.varint();
  if (bytes < 1 || bytes > maxBytes) throw new MalformedBytes(`a batch that declares ${bytes} bytes; 1 to ${maxBytes}`);
  const expanded = inflate(reader.take(reader.remaining), bytes);
  if (expanded.length !== bytes) throw new MalformedBytes(`a batch of ${expanded.length} bytes that declares ${bytes}`);
  return expanded;
}
