import type { Channel } from '../connection/channel.ts';
import type { Clock } from '../connection/clock.ts';
import { encodeFrame, type Frame } from '../protocol/frame.ts';
import { FrameType } from '../protocol/frame-type.ts';
import { encodeSync } from '../protocol/sync.ts';
import { type Answer, type ActionFrame, createActionInbox, type Plan } from './action-inbox.ts';
import { createPageSender, type PageSender } from './page-sender.ts';

export interface TagDeliveryOptions {
  readonly channel: Pick<Channel, 'epoch' | 'post' | 'send'>;
  readonly clock: Clock;
  /** Since the document began; never slower than time. */
  readonly documentMillis: () => number;
  readonly answered: readonly Answer[];
  readonly remember: (answers: readonly Answer[]) => boolean;
  readonly plan: (frame: ActionFrame) => Plan;
  /** The agent needs a whole page. */
  readonly keyframe: () => void;
  /** What the viewer said that it has of assets; undefined: it has not what it said. */
  readonly viewerHas: (prefixes: ReadonlySet<string> | undefined) => void;
  /** There is room for page frames again. */
  readonly room: () => void;
}

/** The tag's end of delivery (protocol section 4): the page goes out, actions come in, and SYNC ties the two ends together. */
export interface TagDelivery extends Pick<PageSender, 'send' | 'hasRoom' | 'restart' | 'stop'> {
  /** Takes what comes on the page and action lanes. */
  receive(frame: Frame): void;
  /** The channel has opened. */
  opened(): void;
}

export function createTagDelivery(options: TagDeliveryOptions): TagDelivery {
  const { channel, clock, keyframe, room, viewerHas, plan, answered, remember } = options;
  const clockMillis = (): number => Math.floor(options.documentMillis());
  const sender = createPageSender({ clock, post: channel.post, sync, keyframe, room, viewerHas });
  const inbox = createActionInbox({ answered, remember, epoch: () => channel.epoch, clockMillis, send: channel.send, plan });

  function sync(asks: boolean, mark: number): void {
    const payload = encodeSync({ asks, clockMillis: clockMillis(), answered: inbox.answered() });
    channel.post(encodeFrame(FrameType.SYNC, channel.epoch, mark, payload));
  }

  return {
    ...sender,
    receive(frame) {
      if (frame.type >= FrameType.PAGE_ACK && frame.type <= FrameType.RESUME) sender.receive(frame);
      else inbox.accept(frame);
    },
    opened: () => sender.opened(channel.epoch),
  };
}
