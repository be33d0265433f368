import { record } from 'rrweb';
import type { LiveSession, SessionContext } from '../../src/capture.ts';
import { type BatchType, createFrameSender } from '../../src/capture/frame-sender.ts';
import { passOverMalformed } from '../../src/delivery/pass-over.ts';
import { createDocumentClock, steadyClock } from '../../src/delivery/steady-clock.ts';
import { createTagDelivery } from '../../src/delivery/tag-delivery.ts';
import { FrameType } from '../../src/protocol/frame-type.ts';
import { PAGE_PART_BYTES } from '../../src/protocol/limits.ts';

/*
 * The rival in the product's own place: rrweb's record() instead of the capture, its events as lines of JSON through the same LZ4, the same
 * channel and the same relay.
 */

const ignore = (): void => undefined;

export function startSession({ channel, session }: SessionContext): LiveSession {
  const waiting: (readonly [BatchType, Uint8Array])[] = [];
  const utf8 = new TextEncoder();
  let isFirst = true;
  let { state } = session;

  const delivery = createTagDelivery({
    channel,
    clock: steadyClock,
    documentMillis: createDocumentClock(),
    answered: [],
    remember: () => true,
    plan: () => {
      throw new Error('nobody acts on a rival');
    },
    keyframe: ignore,
    room: send,
    viewerHas: ignore,
  });
  const sender = createFrameSender((type, payload, flags) => delivery.send(type, payload, flags));

  function send(): void {
    while (state === 'active' && delivery.hasRoom()) {
      const next = waiting.shift();
      if (next === undefined) return;
      sender.part(next[0], next[1], true, false);
    }
  }

  function take(event: unknown): void {
    const line = utf8.encode(`${JSON.stringify(event)}\n`);
    for (let at = 0; at < line.length; at += PAGE_PART_BYTES) {
      waiting.push([isFirst ? FrameType.KEYFRAME : FrameType.MUTATIONS, line.subarray(at, at + PAGE_PART_BYTES)]);
      isFirst = false;
    }
    send();
  }

  const off = channel.onFrame(passOverMalformed((frame) => delivery.receive(frame)));
  if (channel.state === 'open') delivery.opened();
  const stop = record({ emit: take });

  return {
    update(next) {
      ({ state } = next);
      send();
    },
    stop() {
      stop?.();
      off();
      delivery.stop();
    },
  };
}
