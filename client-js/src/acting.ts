import { type ActingContext, createActing } from './control/tag/acting.ts';
import { elementOf } from './control/tag/reach.ts';
import type { LatePlanner } from './delivery/late-planner.ts';
import type { BudgetInfo, SessionInfo } from './protocol/control.ts';
import type { Frame } from './protocol/frame.ts';
import { FrameType } from './protocol/frame-type.ts';
import { decodePointer, fromFraction, type PointerType } from './protocol/pointer.ts';
import { createLinkSign } from './ui/tag/link-sign.ts';
import { type Anchor, createOverlay } from './ui/tag/overlay.ts';
import type { SessionFrame } from './ui/tag/session-frame.ts';

/*
 * What shows the agent in the page and carries out the agent's actions, as a chunk of its own: the page is on its way while it is loaded, and nobody
 * acts on a page that they do not see.
 */

export interface AgentContext extends Omit<ActingContext, 'highlight' | 'wiggle'> {
  readonly frame: SessionFrame;
  /** Of this document. */
  epoch(): number;
}

/** The agent in the consumer's page. */
export interface AgentInPage {
  readonly plan: LatePlanner['plan'];
  /** Shows where the agent points and types. @throws MalformedBytes */
  point(frame: Frame): void;
  /** The relay said how good the link is. */
  linked(quality: BudgetInfo['quality']): void;
  /** The session stands differently. */
  update(session: SessionInfo): void;
  /** Leaves nothing of it in the page. */
  stop(): void;
}

export function bringAgent(context: AgentContext): AgentInPage {
  const overlay = createOverlay(context.frame.layer);
  const showLink = createLinkSign(context.frame);
  const lastOfType = new Map<number, number>();

  function point({ epoch, sender, sequence, type, payload }: Frame): void {
    const pointer = decodePointer(type as PointerType, payload);
    // The agent may still point at the document before this one; and after a change of carriers the latest of each kind come again.
    if (epoch !== context.epoch() || sequence === lastOfType.get(type)) return;
    lastOfType.set(type, sequence);
    const { state, participants } = context.session();
    const agent = participants.find(({ number }) => number === sender);
    if (state !== 'active' || agent?.role !== 'agent') return;
    const element = elementOf(context.ids, pointer.node);
    switch (pointer.type) {
      case FrameType.CURSOR:
        if (element) overlay.moveCursor(anchor(element, pointer), agent.name);
        else overlay.hideCursor();
        break;
      case FrameType.CLICK_MARK:
        if (element) overlay.markClick(anchor(element, pointer));
        break;
      case FrameType.TYPING:
        overlay.showTyping(element, agent.name);
    }
  }

  return {
    plan: createActing({
      ...context,
      highlight: (element) => overlay.highlight(element),
      wiggle: (element) => overlay.wiggle(element),
    }),
    point,
    linked: showLink,
    update({ state, participants }) {
      const isAlone = !participants.some(({ role, present }) => role === 'agent' && present);
      if (isAlone || state !== 'active') {
        overlay.hideCursor();
        overlay.showTyping(undefined, '');
      }
      if (isAlone) {
        // An agent that comes back sends them again as they were.
        lastOfType.delete(FrameType.CURSOR);
        lastOfType.delete(FrameType.TYPING);
      }
    },
    stop: () => overlay.remove(),
  };
}

function anchor(element: Element, { x, y }: { readonly x: number; readonly y: number }): Anchor {
  return { element, x: fromFraction(x), y: fromFraction(y) };
}
