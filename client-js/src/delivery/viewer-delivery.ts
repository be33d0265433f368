import type { Channel } from '../connection/channel.ts';
import type { Clock } from '../connection/clock.ts';
import { decodeVerdict } from '../protocol/action.ts';
import { encodeFrame, type Frame } from '../protocol/frame.ts';
import { FrameType } from '../protocol/frame-type.ts';
import { decodeSync } from '../protocol/sync.ts';
import { type ActionOutbox, createActionOutbox, type Outcome } from './action-outbox.ts';
import { createPageReceiver, type PageReceiver } from './page-receiver.ts';

export interface ViewerDeliveryOptions {
  readonly channel: Pick<Channel, 'post'>;
  readonly clock: Clock;
  /** Drawn anew with each load of the desk, 1 to 2^32 - 1: what the desk before this one asked is not answered to this one. */
  readonly mark: number;
  /** This agent's number among the participants. */
  readonly participant: () => number;
  /** One whole page batch, in order, once. */
  readonly batch: (batch: Uint8Array, epoch: number) => void;
  /** What became of an action: once for each. */
  readonly settled: (outcome: Outcome) => void;
}

/** The viewer's end of delivery (protocol section 4): the page comes in, actions go out. */
export interface ViewerDelivery {
  readonly page: PageReceiver;
  readonly actions: ActionOutbox;
  /** Takes what comes on the page and action lanes. */
  receive(frame: Frame): void;
}

export function createViewerDelivery({ channel, clock, mark, participant, batch, settled }: ViewerDeliveryOptions): ViewerDelivery {
  const page = createPageReceiver({
    clock,
    batch,
    send(type, epoch, payload) {
      // An acknowledgement asks for SYNC where one is needed.
      const isQuiet = type === FrameType.PAGE_ACK && !actions.isInDoubt;
      channel.post(encodeFrame(type, epoch, isQuiet ? 0 : mark, payload));
    },
  });
  const actions = createActionOutbox({ clock, post: channel.post, needSync: page.needSync, settled });

  function receive(frame: Frame): void {
    const { type, epoch, sequence, payload } = frame;
    if (type === FrameType.SYNC) {
      const sync = decodeSync(payload);
      actions.sync(sync, epoch, participant(), sequence === mark);
      if (sync.asks) page.asked();
    } else if (type === FrameType.VERDICT) {
      const verdict = decodeVerdict(payload);
      if (verdict.participant === participant()) actions.verdict(verdict);
    } else if (type === FrameType.KEYFRAME || type === FrameType.MUTATIONS) {
      page.accept(frame);
    }
  }

  return { page, actions, receive };
}
