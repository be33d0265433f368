import type { Channel } from '../connection/channel.ts';
import type { Clock } from '../connection/clock.ts';
import { decodeVerdict } from '../protocol/action.ts';
import { encodeKnown } from '../protocol/feedback.ts';
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
  /** The payload of one ASSET, in order, once. */
  readonly asset: (payload: Uint8Array, epoch: number) => void;
  /** The begins of the hashes of assets that need not be sent; undefined while nobody may be told. */
  readonly knownAssets: () => readonly string[] | undefined;
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

export function createViewerDelivery(options: ViewerDeliveryOptions): ViewerDelivery {
  const { channel, clock, mark, participant, batch, asset, knownAssets, settled } = options;
  /** The document that was told which assets it need not send. */
  let toldEpoch: number | undefined;
  const page = createPageReceiver({
    clock,
    batch,
    asset,
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
      if (epoch !== toldEpoch) tellKnown(epoch);
      if (sync.asks) page.asked();
    } else if (type === FrameType.VERDICT) {
      const verdict = decodeVerdict(payload);
      if (verdict.participant === participant()) actions.verdict(verdict);
    } else if (type >= FrameType.KEYFRAME && type <= FrameType.ASSET) {
      page.accept(frame);
    }
  }

  function tellKnown(epoch: number): void {
    const known = knownAssets();
    if (known === undefined) return;
    toldEpoch = epoch;
    channel.post(encodeFrame(FrameType.KEYFRAME_REQUEST, epoch, 0, encodeKnown(known)));
  }

  return { page, actions, receive };
}
