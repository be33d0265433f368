import { type ActingContext, createActing } from './control/tag/acting.ts';
import type { Capture } from './capture/capture-options.ts';
import { createMotion } from './capture/motion/motion.ts';
import type { ResourceService } from './capture/resources/service.ts';
import { chunk } from './connection/chunks.ts';
import { followDocuments } from './control/tag/documents.ts';
import { createPageState } from './control/tag/page-state.ts';
import { createFramedActions } from './control/tag/framed-actions.ts';
import { type PointingContext, startPointing } from './control/tag/pointing.ts';
import { elementOf, type NodeIds } from './control/tag/reach.ts';
import type { Planner } from './delivery/late-planner.ts';
import type { Frames } from './framed/outer.ts';
import type { BudgetInfo, SessionInfo } from './protocol/control.ts';
import type { Frame } from './protocol/frame.ts';
import { FrameType } from './protocol/frame-type.ts';
import { frameOf } from './protocol/framed-id.ts';
import { decodePointer, fromFraction, type PointerType } from './protocol/pointer.ts';
import { deepestFocus } from './inner-roots.ts';
import type * as Resources from './resources.ts';
import { createLinkSign } from './ui/tag/link-sign.ts';
import { type Anchor, createOverlay } from './ui/tag/overlay.ts';
import type { SessionFrame } from './ui/tag/session-frame.ts';

/*
 * What shows the agent in the page and carries out the agent's actions, and what tells of a page beside its tree, as a chunk of its own: the page is on
 * its way while it is loaded, and nobody acts on a page that they do not see.
 */

/** Few pages need it. */
const loadResources = chunk<typeof Resources>('resources', import.meta.url);

export interface AgentContext
  extends Pick<ActingContext, 'origins' | 'session'>, Pick<PointingContext, 'ignores' | 'send' | 'cursorMillis'> {
  readonly ids: NodeIds & Pick<Capture, 'include' | 'beside'>;
  /** Where the agent is drawn; what ends the session stands in the page itself, and in no frame. */
  readonly frame: Pick<SessionFrame, 'layer'> & Partial<Pick<SessionFrame, 'exit'>>;
  /** Of this document. */
  epoch(): number;
  /** Those of other origins that are part of the session; undefined: none is. */
  frames?(): Frames | undefined;
  /** Whether the consumer's hands are in a document around this one, or beside it. */
  isBusyElsewhere?(): boolean;
}

/** The agent in the consumer's page, and the consumer as the agent sees them. */
export interface AgentInPage extends Planner {
  /** Shows where the agent points and types, and hands out what their browser lacks. @throws MalformedBytes */
  hear(frame: Frame): void;
  /** The relay said how good the link is. */
  linked(quality: BudgetInfo['quality']): void;
  /** The session stands differently. */
  update(session: SessionInfo): void;
  /** The agent's highlight is elsewhere. */
  unmark(): void;
  /** Whether the consumer's hands are in this document: the agent must not move the focus. */
  isBusy(): boolean;
  /** Leaves nothing of it in the page. */
  stop(): void;
}

export function bringAgent(context: AgentContext): AgentInPage {
  const overlay = createOverlay(context.frame.layer);
  const showLink = context.frame.exit && createLinkSign(context.frame.exit);
  const watching = new AbortController();
  const { shadowOf } = context.ids;
  const documents = followDocuments(shadowOf, watching.signal);
  context.ids.include((capture) => createPageState(documents, capture, watching.signal));
  context.ids.include((capture) => createMotion(capture, watching.signal));
  const frames = (): Frames | undefined => context.frames?.();
  const pointing = startPointing({
    documents,
    idOf: (node) => context.ids.idOf(node),
    shadowOf,
    ignores: context.ignores,
    send: (type, payload) => {
      if (frames()?.passes(0, type, payload) !== false) context.send(type, payload);
    },
    cursorMillis: context.cursorMillis,
    focused: deepestFocus(shadowOf),
  });
  const isBusy = (): boolean => pointing.isTyping() || isInMaskedField(context.ids);
  const unmark = (): void => overlay.highlight(undefined);
  const actions = createFramedActions({
    epoch: () => context.epoch(),
    frames,
    isBusy,
    unmark,
    plan: createActing({
      ...context,
      mayMoveFocus: () => !isBusy() && !frames()?.isBusy() && !context.isBusyElsewhere?.(),
      highlight(element) {
        overlay.highlight(element);
        frames()?.unmark();
      },
      wiggle: (element) => overlay.wiggle(element),
    }),
  });
  const lastOfType = new Map<number, number>();
  let quality: BudgetInfo['quality'] = 'good';
  let resources: Promise<ResourceService> | undefined;

  async function handOut(request: Frame): Promise<void> {
    const { ids, session } = context;
    resources ??= loadResources().then(({ serveResources }) =>
      serveResources({ ...ids.beside, session, epoch: () => context.epoch(), quality: () => quality }),
    );
    (await resources).asked(request);
  }

  function point(frame: Frame): void {
    const { epoch, sender, sequence, type, payload } = frame;
    const pointer = decodePointer(type as PointerType, payload);
    // The agent may still point at the document before this one; and after a change of carriers the latest of each kind come again.
    if (epoch !== context.epoch() || sequence === lastOfType.get(type)) return;
    lastOfType.set(type, sequence);
    const { state, participants } = context.session();
    const agent = participants.find(({ number }) => number === sender);
    if (state !== 'active' || agent?.role !== 'agent') return;
    frames()?.point(frame, pointer);
    const element = frameOf(pointer.node) > 0 ? undefined : elementOf(context.ids, pointer.node);
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

  // The session may stand differently by now than when they were told last.
  frames()?.update();
  return {
    plan: actions.plan,
    keeps: actions.keeps,
    hear(frame) {
      if (frame.type === FrameType.RESOURCE_REQUEST) void handOut(frame);
      else point(frame);
    },
    linked(next) {
      quality = next;
      showLink?.(next);
      frames()?.update();
    },
    unmark,
    isBusy,
    update({ state, participants }) {
      frames()?.update();
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
    stop() {
      actions.stop();
      pointing.stop();
      watching.abort();
      overlay.remove();
      void resources?.then((service) => service.stop());
    },
  };
}

function anchor(element: Element, { x, y }: { readonly x: number; readonly y: number }): Anchor {
  return { element, x: fromFraction(x), y: fromFraction(y) };
}

/** Whether the consumer stands in a field that the agent must not see. */
function isInMaskedField(ids: NodeIds): boolean {
  const focused = deepestFocus(ids.shadowOf);
  return focused !== null && ids.isMasked(focused);
}
