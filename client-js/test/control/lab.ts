import { type Action, decodeVerdict, encodeAction, type Verdict } from '../../src/protocol/action.ts';
import type { Mode, SessionState } from '../../src/protocol/control.ts';
import { shadowsOf } from '../../src/inner-roots.ts';
import { followDocuments } from '../../src/control/tag/documents.ts';
import { createActing } from '../../src/control/tag/acting.ts';
import { type Pointing, startPointing } from '../../src/control/tag/pointing.ts';
import { decodePointer, type Pointer, type PointerType } from '../../src/protocol/pointer.ts';
import { type Answer, type ActionInbox, createActionInbox } from '../../src/delivery/action-inbox.ts';

/** Runs in the page: actions reach the page's elements by the number that {@link id} gives. */
const AGENT = 2;
const EPOCH = 7;

const elements: Node[] = [document];
/** Closed shadow roots, by their hosts. */
export const closed = new WeakMap<Node, ShadowRoot>();
const shadowOf = shadowsOf(closed);
let answered: readonly Answer[] = [];
let verdicts: Verdict[] = [];
let sequence = 0;
let typing = false;
let highlighted: Element | readonly Range[] | undefined;
let standing: { state: SessionState; mode: Mode } = { state: 'active', mode: 'shared' };

/** Deadlines of the lab are on this clock. */
const NOW_MILLIS = 1_000;

function start(): ActionInbox {
  const plan = createActing({
    ids: {
      idOf: (node) => elements.indexOf(node) + 1,
      nodeOf: (id) => elements[id - 1],
      shadowOf,
      isMasked: (element) => element.closest('[data-tandem-mask],[type=password]') !== null,
    },
    origins: ['https://partner.example'],
    session: () => ({ id: '', reason: null, ...standing, participants: [{ number: AGENT, role: 'agent', name: 'Ada', present: true }] }),
    mayMoveFocus: () => !typing,
    highlight(what) {
      highlighted = what;
    },
    wiggle: () => undefined,
  });
  return createActionInbox({
    answered,
    remember(answers) {
      answered = answers;
      return true;
    },
    epoch: () => EPOCH,
    clockMillis: () => NOW_MILLIS,
    send: (_, payload) => verdicts.push(decodeVerdict(payload)),
    plan,
  });
}

let acting = start();

/** The id of the first element that matches; `>>` steps into a shadow root or a frame. */
export function id(path: string): number {
  let root: ParentNode = document;
  let found: Element | null = null;
  for (const selector of path.split('>>')) {
    found = root.querySelector(selector.trim());
    const inner: ParentNode | null | undefined = found && (shadowOf(found) ?? (found as HTMLIFrameElement).contentDocument);
    if (inner) root = inner;
  }
  if (!found) throw new Error(`nothing matches ${path}`);
  if (!elements.includes(found)) elements.push(found);
  return elements.indexOf(found) + 1;
}

/** The id of the text that an element begins with. */
export function textId(path: string): number {
  const text = (elements[id(path) - 1] as Element).firstChild as Text;
  if (!elements.includes(text)) elements.push(text);
  return elements.indexOf(text) + 1;
}

/** What the agent has highlighted: an element's id, or texts. */
export function highlightedNow(): string | readonly string[] | undefined {
  return highlighted && ('nodeType' in highlighted ? highlighted.id : highlighted.map(String));
}

/** Of the latest action of the agent. */
export const sequenceNow = (): number => sequence;

/** Carries out an action. @returns 'applied', or why not */
export function act(action: Action, changes: { sender?: number; epoch?: number; sequence?: number; deadline?: number } = {}): string {
  verdicts = [];
  const frame = {
    type: action.type,
    flags: 0,
    sender: AGENT,
    epoch: EPOCH,
    sequence: changes.sequence ?? ++sequence,
    payload: encodeAction(action, changes.deadline ?? NOW_MILLIS + 1),
  };
  acting.accept({ ...frame, ...changes });
  const [verdict] = verdicts;
  if (!verdict || verdicts.length !== 1) throw new Error(`${verdicts.length} verdicts`);
  return verdict.outcome === 'refused' ? verdict.reason : verdict.outcome;
}

/** Another document of the same tab: what was answered is remembered, nothing else. */
export function reload(): void {
  answered = JSON.parse(JSON.stringify(answered)) as readonly Answer[];
  acting = start();
}

export function stand(state: SessionState, mode: Mode): void {
  standing = { state, mode };
}

/** Watches what the consumer points at. @param told takes what is told of it, by the ids of elements that {@link id} has seen */
export function watchPointing(told: (pointer: Pointer) => void): Pointing {
  return startPointing({
    documents: followDocuments(shadowOf, new AbortController().signal),
    idOf: (node) => elements.indexOf(node) + 1,
    shadowOf,
    ignores: () => false,
    send: (type, payload) => told(decodePointer(type as PointerType, payload)),
    cursorMillis: () => 0,
    focused: null,
  });
}

export function setTyping(isTyping: boolean): void {
  typing = isTyping;
}
