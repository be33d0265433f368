import type { ActionType } from './action.ts';
import type { Mode, Role, SessionState } from './control.ts';
import { FrameType } from './frame-type.ts';

/** Why a frame is refused for now (protocol section 3.3). */
export type RefusalReason = 'mode-forbids' | 'not-active' | 'paused' | 'no-such-invitation' | 'not-waiting';

/** `close`: the role may never send the type. Otherwise allowed, or refused for now with a reason. */
export type Permission = 'allow' | 'close' | { readonly refuse: RefusalReason };

type Rule = 'always' | 'never' | 'invited' | 'waiting' | 'not-ended' | 'running' | 'active' | 'shared';
type Rules = readonly [consumer: Rule, agent: Rule, observer: Rule];

const NOBODY: Rules = ['never', 'never', 'never'];
const ACTING: Rules = ['never', 'shared', 'never'];
const GUIDING: Rules = ['never', 'active', 'never'];
const PAGE: Rules = ['active', 'never', 'never'];
const POINTING: Rules = ['active', 'active', 'never'];
const ANYBODY: Rules = ['always', 'always', 'always'];

/** Who may send what, when: protocol section 2.1 as one table, held equal to the relay's by vectors/permissions.json. */
function rulesOf(type: FrameType): Rules {
  switch (type) {
    case FrameType.HELLO:
    case FrameType.PING:
    case FrameType.PONG:
      return ANYBODY;
    case FrameType.WELCOME:
    case FrameType.ERROR:
    case FrameType.GO_AWAY:
    case FrameType.INVITATION:
    case FrameType.INVITATION_STATE:
    case FrameType.SESSION:
    case FrameType.BUDGET:
    case FrameType.ASKED:
      return NOBODY;
    case FrameType.ASK:
      return ['waiting', 'never', 'never'];
    case FrameType.INVITATION_ANSWER:
      return ['invited', 'never', 'never'];
    case FrameType.PAUSE:
      return ['running', 'never', 'never'];
    case FrameType.END:
      return ['not-ended', 'not-ended', 'never'];
    case FrameType.SET_MODE:
      return ['running', 'running', 'never'];
    case FrameType.KEYFRAME:
    case FrameType.MUTATIONS:
    case FrameType.ASSET:
      return PAGE;
    case FrameType.PAGE_ACK:
      return ['never', 'running', 'never'];
    case FrameType.KEYFRAME_REQUEST:
      return ['never', 'active', 'active'];
    case FrameType.RESUME:
    case FrameType.RESOURCE_REQUEST:
      return GUIDING;
    case FrameType.CLICK:
    case FrameType.INPUT:
    case FrameType.SELECT:
    case FrameType.KEY:
    case FrameType.NAVIGATE:
    case FrameType.FOCUS:
    case FrameType.SCROLL_TO:
    case FrameType.HIGHLIGHT:
    case FrameType.WIGGLE:
      return rulesOfAction(type);
    case FrameType.SYNC:
    case FrameType.VERDICT:
      return ['running', 'never', 'never'];
    case FrameType.CURSOR:
    case FrameType.CLICK_MARK:
    case FrameType.TYPING:
      return POINTING;
  }
}

function rulesOfAction(type: ActionType): Rules {
  return isGuiding(type) ? GUIDING : ACTING;
}

const isGuiding = (type: ActionType): boolean => type === FrameType.SCROLL_TO || type === FrameType.HIGHLIGHT || type === FrameType.WIGGLE;

const ROLE_INDEX: Record<Role, 0 | 1 | 2> = { consumer: 0, agent: 1, observer: 2 };

/**
 * Decides whether a role may send a type in a session's state and mode.
 *
 * @param invited whether an invitation is pending, which only INVITATION_ANSWER asks
 */
export function permission(role: Role, state: SessionState, mode: Mode | null, type: FrameType, invited = false): Permission {
  return decide(rulesOf(type)[ROLE_INDEX[role]], state, mode, invited);
}

/** What a tag has to ask of the table, without carrying it: why somebody's action is refused; undefined when it is allowed. */
export function refuseAction(
  role: Role | undefined,
  state: SessionState,
  mode: Mode | null,
  type: ActionType,
): 'not-active' | 'mode-forbids' | undefined {
  if (role !== 'agent' || state !== 'active') return 'not-active';
  return mode === 'shared' || isGuiding(type) ? undefined : 'mode-forbids';
}

function decide(rule: Rule, state: SessionState, mode: Mode | null, invited: boolean): Permission {
  const notActive = state === 'paused' ? 'paused' : 'not-active';
  switch (rule) {
    case 'always':
      return 'allow';
    case 'never':
      return 'close';
    case 'invited':
      return invited ? 'allow' : { refuse: 'no-such-invitation' };
    case 'waiting':
      return state === 'waiting' ? 'allow' : { refuse: 'not-waiting' };
    case 'not-ended':
      return state === 'ended' ? { refuse: 'not-active' } : 'allow';
    case 'running':
      return state === 'active' || state === 'paused' ? 'allow' : { refuse: 'not-active' };
    case 'active':
      return state === 'active' ? 'allow' : { refuse: notActive };
    case 'shared':
      if (state !== 'active') return { refuse: notActive };
      return mode === 'shared' ? 'allow' : { refuse: 'mode-forbids' };
  }
}
