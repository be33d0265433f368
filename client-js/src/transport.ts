import type { Connect } from './connection/connector.ts';
import type { Memory } from './connection/memory.ts';
import { viaPath } from './connection/path.ts';

/**
 * The whole transport, as a chunk of its own: the stub imports it when its one WebSocket is not enough, or a session starts.
 *
 * @param startedAt when the stub's WebSocket was begun, if it has one, by `performance.now()`
 * @param epoch of the channel: 0 when it was never open
 */
export function connectTag(url: string, memory: Memory, startedAt: number, epoch: number): Connect {
  return viaPath({
    url,
    startedAt,
    // A WebSocket that never opened is not the one to begin with.
    first: epoch > 0 ? 'websocket' : 'long-poll',
    rides: (kind) => (memory.carrier = kind),
    isUrgent: () => memory.joint !== undefined,
  });
}
