import type { AgentSession, RemotePointer } from './control/agent/agent-session.ts';
import { type Controls, createControls } from './control/agent/controls.ts';
import type { Role } from './protocol/control.ts';
import { FrameType } from './protocol/frame-type.ts';
import { createMirror, type Mirror } from './replay/mirror.ts';
import { type ConsumerView, createConsumerView } from './ui/viewer/consumer-view.ts';
import { createMarks, type Marks, type Person } from './ui/viewer/marks.ts';
import { createStage, type Stage, type Zoom } from './ui/viewer/stage.ts';
import { WORDS } from './ui/viewer/wording.ts';

export { AgentDesk, type Problem, RelayProblem, type WaitingSession } from './control/agent/agent-desk.ts';
export { AgentSession, type AgentSessionState, type Refused } from './control/agent/agent-session.ts';
export type { Mirror } from './replay/mirror.ts';

/** A reconnect or a page load that takes less than this is not told of. */
const VEIL_MILLIS = 1_000;

/** Where the desk's styles say nothing of `--tandem-consumer`. */
const CONSUMER_COLOUR = '#b3261e';

/** What shows one session; it goes when the session does. */
interface Showing {
  readonly mirror: Mirror;
  readonly controls: Controls;
  stop(): void;
}

/**
 * `<tandem-viewer>`: shows the page of an {@link AgentSession} and takes the agent's hands to it. Nothing native ever reaches the
 * mirrored document: an overlay takes all input.
 *
 * Properties: `session`, `mirror` (null without a session), `zoom` (`fit` or `actual`). Events: `page` (detail: `{url}`, the
 * consumer's address), `painted` (the browser has shown what the page's last changes brought).
 */
export class TandemViewer extends HTMLElement {
  private readonly stage: Stage;
  private readonly marks: Marks;
  private readonly view: ConsumerView;
  private showing: Showing | undefined;
  private current: AgentSession | null = null;
  private zoomed: Zoom = 'fit';
  private refreshRequested = false;
  private veilDue: { readonly text: string | null; readonly timer?: ReturnType<typeof setTimeout> } = { text: null };

  constructor() {
    super();
    this.stage = createStage(this, { zoomed: (zoom) => (this.zoom = zoom), rescaled: () => this.refresh() });
    const mirror = (): Mirror | undefined => this.showing?.mirror;
    const scale = (): number => this.stage.scale;
    this.marks = createMarks(this.stage.marks, mirror, scale);
    this.view = createConsumerView(this.stage.beside, mirror, scale);
  }

  get session(): AgentSession | null {
    return this.current;
  }

  set session(next: AgentSession | null) {
    if (next === this.current) return;
    this.showing?.stop();
    this.showing = undefined;
    this.current = next;
    if (next && this.isConnected) this.show(next);
  }

  get mirror(): Mirror | null {
    return this.showing?.mirror ?? null;
  }

  get zoom(): Zoom {
    return this.zoomed;
  }

  set zoom(zoom: Zoom) {
    this.zoomed = zoom;
    this.stage.zoom(zoom);
  }

  connectedCallback(): void {
    if (this.current && !this.showing) this.show(this.current);
  }

  disconnectedCallback(): void {
    this.showing?.stop();
    this.showing = undefined;
  }

  private show(session: AgentSession): void {
    const { stage, marks } = this;
    const mirror = createMirror({
      host: stage.page,
      // Known only once the relay has welcomed this agent: asked for at each keyframe.
      get resourceOrigins() {
        return session.resourceOrigins;
      },
      cache: session.assets,
      resources: session.resources,
      onLacking: (request) => session.requestResources(request),
      onMissing: () => session.reportMissing(),
      onShown: () => this.cover(session),
      onBroken: () => session.requestKeyframe(),
      onOutdated: () => session.requestKeyframe(),
      onSize: (size) => stage.resize(size),
      onScrolled: () => this.refresh(),
      onPainted: () => this.dispatchEvent(new Event('painted')),
      onList: (node) => {
        this.view.list(node);
        this.refresh();
      },
      onVisible: (part) => {
        this.view.visible(part);
        this.refresh();
      },
      consumerColour: getComputedStyle(this).getPropertyValue('--tandem-consumer').trim() || CONSUMER_COLOUR,
      onUrl: (url) => this.dispatchEvent(new CustomEvent('page', { detail: { url } })),
      onFocus: (node) => {
        marks.focus(isFocusWorthShowing(mirror, node) ? node : 0);
        controls.focusMoved(node);
      },
    });
    const controls = createControls({
      session,
      mirror,
      overlay: stage.overlay,
      editors: stage.editors,
      pointAt: (event) => stage.pointAt(event),
      scale: () => stage.scale,
      refuse: (what) => {
        stage.notice(WORDS[what]);
        session.refuse(what === 'viewOnly' ? 'mode-forbids' : 'masked', WORDS[what]);
      },
      highlight: (what) => marks.highlight(what),
      ownCursor: (spot) => marks.cursor(personOf(session, session.participant, 'agent'), spot),
    });
    this.showing = { mirror, controls, stop: this.follow(session, mirror, controls) };
    this.cover(session);
  }

  /** @returns what ends it */
  private follow(session: AgentSession, mirror: Mirror, controls: Controls): () => void {
    const { marks } = this;
    let epoch = -1;
    const detach = session.attach({
      page: (batch, of) => {
        if (of !== epoch) {
          epoch = of;
          controls.reset();
          marks.clear();
          mirror.leave();
        }
        mirror.apply(batch);
        this.cover(session);
        this.refresh();
      },
      asset: (payload) => mirror.asset(payload),
      pointer: (remote) => this.point(session, remote),
    });
    const changed = (): void => this.cover(session);
    session.addEventListener('change', changed);
    return () => {
      detach();
      this.veilSoon(null);
      session.removeEventListener('change', changed);
      controls.dispose();
      marks.clear();
      mirror.dispose();
      this.view.list(0);
      this.view.visible(null);
      this.refresh();
    };
  }

  private point(session: AgentSession, { participant, pointer }: RemotePointer): void {
    const who = personOf(session, participant, 'consumer');
    switch (pointer.type) {
      case FrameType.CURSOR:
        if (isConsumer(session, participant)) this.mirror?.hover(pointer.node);
        return this.marks.cursor(who, pointer.node === 0 ? null : pointer);
      case FrameType.CLICK_MARK:
        return this.marks.click(pointer);
      case FrameType.TYPING:
        return this.marks.typing(who, pointer.node);
    }
  }

  /** Says why the page is not to be seen, or not as it is now. What is over in a moment is not worth a word: the page stays as it was. */
  private cover(session: AgentSession): void {
    const { stage } = this;
    const consumer = session.participants.find(({ role }) => role === 'consumer');
    if (session.state === 'active' && !session.isConnected) return this.veilSoon(WORDS.reconnecting);
    if (session.state === 'active' && consumer?.present === false) return this.veilSoon(WORDS.away);
    this.veilSoon(null);
    if (session.state === 'inviting') stage.veil(WORDS.inviting, true);
    else if (session.state === 'ended') stage.veil(WORDS.ended, true);
    else if (session.state === 'paused') stage.veil(WORDS.paused, true);
    else if (!this.mirror?.isShown) stage.veil(WORDS.waitingForPage, true);
    else stage.veil(null);
  }

  /** @param text null: not any more */
  private veilSoon(text: string | null): void {
    if (text === this.veilDue.text) return;
    clearTimeout(this.veilDue.timer);
    this.veilDue = { text, ...(text !== null && { timer: setTimeout(() => this.stage.veil(text), VEIL_MILLIS) }) };
  }

  /** Puts marks and editors where their elements are: once per frame, whatever moved. */
  private refresh(): void {
    if (this.refreshRequested) return;
    this.refreshRequested = true;
    requestAnimationFrame(() => {
      this.refreshRequested = false;
      this.marks.refresh();
      this.view.refresh();
      this.showing?.controls.refresh();
    });
  }
}

/** The page itself has the focus whenever nothing else has it. */
function isFocusWorthShowing(mirror: Mirror, node: number): boolean {
  const element = mirror.nodeOf(node);
  return (
    element !== null && element !== mirror.document?.body && element !== mirror.document?.documentElement && element !== mirror.document
  );
}

const isConsumer = (session: AgentSession, number: number): boolean =>
  session.participants.some((one) => one.number === number && one.role === 'consumer');

function personOf(session: AgentSession, number: number, role: Role): Person {
  const known = session.participants.find((one) => one.number === number);
  const isSelf = number === session.participant;
  return { number, role: known?.role ?? role, name: known?.name ?? (role === 'consumer' ? 'Consumer' : 'Agent'), isSelf };
}

if (!customElements.get('tandem-viewer')) customElements.define('tandem-viewer', TandemViewer);
