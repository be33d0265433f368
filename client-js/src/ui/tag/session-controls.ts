import type { Channel } from '../../connection/channel.ts';
import { encodeControl, type Mode, type SessionInfo } from '../../protocol/control.ts';
import { FrameType } from '../../protocol/frame-type.ts';
import { element } from './element.ts';
import { type Around, ask } from './question.ts';
import type { SessionFrame } from './session-frame.ts';
import { addTalkStyles } from './talk-styles.ts';

export interface ControlsContext extends Around {
  readonly channel: Channel;
  readonly frame: SessionFrame;
  /** The consumer wants less to be shared or done, which holds from now on, whatever the way to the relay is like. */
  restricted(): void;
}

/** What the consumer does in a session besides ending it: pauses, goes on, lets the agent act or only look. */
export interface SessionControls {
  /** The session as it is for this side: what the consumer took back is taken back before the relay says so. */
  restrict(session: SessionInfo): SessionInfo;
  update(session: SessionInfo): void;
  stop(): void;
}

type Change = typeof FrameType.PAUSE | typeof FrameType.SET_MODE;

/** A change that the relay has not answered; it is sent again when the channel opens again. */
interface Pending {
  readonly wanted: { readonly paused?: boolean; readonly mode?: Mode };
  sequence: number;
}

export function showControls({ channel, frame, restricted, ...around }: ControlsContext, session: SessionInfo): SessionControls {
  addTalkStyles(around.host.root);
  let now = session;
  let closeQuestion: (() => void) | undefined;
  const pending = new Map<Change, Pending>();
  const pause = element('button', { class: 'wide', type: 'button', 'data-testid': 'session-pause' });
  const mode = element('button', { class: 'wide', type: 'button', 'data-testid': 'session-mode' });
  frame.exit.before(mode, pause);

  const paused = (): boolean => pending.get(FrameType.PAUSE)?.wanted.paused ?? now.state === 'paused';
  const wantedMode = (): Mode => pending.get(FrameType.SET_MODE)?.wanted.mode ?? now.mode ?? 'view-only';

  pause.onclick = () => change(FrameType.PAUSE, { paused: !paused() });
  mode.onclick = () => change(FrameType.SET_MODE, { mode: wantedMode() === 'shared' ? 'view-only' : 'shared' });

  function change(type: Change, wanted: Pending['wanted']): void {
    pending.set(type, { wanted, sequence: channel.send(type, encodeControl(wanted)) });
    show();
    restricted();
  }

  function show(): void {
    pause.textContent = paused() ? 'Go on sharing' : 'Pause';
    mode.textContent = wantedMode() === 'shared' ? 'Let them only look' : 'Let them act too';
  }

  function askForMode(): void {
    closeQuestion?.();
    const agent = now.participants.find(({ role }) => role === 'agent')?.name ?? 'Agent';
    closeQuestion = ask(
      around,
      {
        testId: 'mode-question',
        title: `${agent} asks to act on this page`,
        about: [
          `So far ${agent} can only look and point. If you agree, ${agent} can also click and type in it together with you.`,
          'You can take that back at any time.',
        ],
        accept: 'Let them act too',
        decline: 'No, thanks',
      },
      (accepts) => {
        closeQuestion = undefined;
        change(FrameType.SET_MODE, { mode: accepts ? 'shared' : 'view-only' });
      },
    );
  }

  const unsubscribe = [
    channel.onFrame(({ type, sequence }) => {
      if (type !== FrameType.SESSION && type !== FrameType.ERROR) return;
      for (const [changed, { sequence: asked }] of pending) if (asked === sequence) pending.delete(changed);
      show();
    }),
    channel.onState(({ state }) => {
      if (state === 'open') for (const [type, { wanted }] of pending) change(type, wanted);
    }),
  ];
  update(session);

  function update(next: SessionInfo): void {
    const asked = next.modeAsked;
    if (!asked) {
      closeQuestion?.();
      closeQuestion = undefined;
    } else if (asked !== now.modeAsked || next === now) askForMode();
    now = next;
    show();
  }

  return {
    restrict(next) {
      const isPaused = pending.get(FrameType.PAUSE)?.wanted.paused === true && next.state === 'active';
      const isLowered = pending.get(FrameType.SET_MODE)?.wanted.mode === 'view-only';
      return { ...next, ...(isPaused && { state: 'paused' }), ...(isLowered && { mode: 'view-only' }) };
    },
    update,
    stop() {
      for (const off of unsubscribe) off();
      closeQuestion?.();
      pause.remove();
      mode.remove();
    },
  };
}
