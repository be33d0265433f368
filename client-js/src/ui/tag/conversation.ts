import type { Channel } from '../../connection/channel.ts';
import type { Memory } from '../../connection/memory.ts';
import { type Asked, type AskedFor, decodeControl, encodeControl, type Invitation, type InvitationUpdate } from '../../protocol/control.ts';
import type { Frame } from '../../protocol/frame.ts';
import { FrameType } from '../../protocol/frame-type.ts';
import { showAsked } from './asked-notice.ts';
import { askConsent } from './invitation-dialog.ts';
import type { Around } from './question.ts';

export interface ConversationContext extends Around {
  readonly channel: Channel;
  /** Keeps the consumer's last answer. */
  readonly memory: Memory;
  changed(state: 'waiting' | 'invited'): void;
  asked(asked: Asked): void;
  /** Fetches what a session needs. */
  load(): unknown;
}

/** What a waiting consumer and the tag say to each other: the agent's invitation and its answer, the consumer's request and what came of it. */
export interface Conversation {
  /** INVITATION, INVITATION_STATE, ASKED. */
  hear(frame: Frame): void;
  ask(want: AskedFor): void;
  /** Says no to the invitation that is asked, if one is. */
  decline(): void;
  /** A session begins, or everything is over: nothing is asked any more. */
  close(): void;
}

export function converse(context: ConversationContext): Conversation {
  const { channel, host, memory } = context;
  let isOver = false;
  /** The invitation that is asked. */
  let open: { answer(accept: boolean): void; close(): void } | undefined;
  let closeNotice = (): void => undefined;
  /** A request that the relay has not answered. */
  let wanted: AskedFor | undefined;

  function invite(invitation: Invitation): void {
    // The answer may have been lost with its carrier: it is given again, the question is not.
    if (memory.reply?.invitation === invitation.invitation) {
      channel.send(FrameType.INVITATION_ANSWER, encodeControl(memory.reply));
      return;
    }
    withdraw();
    closeNotice();
    delete memory.reply;
    context.load();
    const answer = (accept: boolean): void => {
      withdraw();
      memory.reply = { invitation: invitation.invitation, accept };
      channel.send(FrameType.INVITATION_ANSWER, encodeControl(memory.reply));
    };
    const closeDialog = askConsent(context, invitation, answer);
    const expiry = setTimeout(withdraw, invitation.expiresInMillis);
    open = {
      answer,
      close() {
        clearTimeout(expiry);
        closeDialog();
      },
    };
    context.changed('invited');
  }

  /** There is nothing to answer any more. */
  function withdraw(): void {
    if (!open) return;
    open.close();
    open = undefined;
    context.changed('waiting');
  }

  function ask(want: AskedFor): void {
    wanted = want;
    channel.send(FrameType.ASK, encodeControl({ want }));
  }

  const unsubscribe = channel.onState(({ state }) => {
    if (state === 'open' && wanted) ask(wanted);
  });

  return {
    hear({ type, payload }) {
      if (isOver) return;
      if (type === FrameType.INVITATION) invite(decodeControl(payload));
      else if (type === FrameType.ASKED) {
        const asked = decodeControl<Asked>(payload);
        wanted = undefined;
        closeNotice();
        closeNotice = showAsked(host, asked, () => ask('nothing'));
        context.asked(asked);
      } else if (decodeControl<InvitationUpdate>(payload).state !== 'offered') withdraw();
    },
    ask,
    decline: () => open?.answer(false),
    close() {
      isOver = true;
      unsubscribe();
      open?.close();
      open = undefined;
      closeNotice();
    },
  };
}
