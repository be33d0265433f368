import { type Action, decodeVerdict, encodeAction, type Verdict } from '../../src/protocol/action.ts';
import type { Mode, SessionState } from '../../src/protocol/control.ts';
import { createActing } from '../../src/control/tag/acting.ts';
import { type Answer, type ActionInbox, createActionInbox } from '../../src/delivery/action-inbox.ts';

/** Runs in the page: actions reach the page's elements by the number that {@link id} gives. */
const AGENT = 2;
const EPOCH = 7;

const elements: Node[] = [document];
let answered: readonly Answer[] = [];
let verdicts: Verdict[] = [];
let sequence = 0;
let typing = false;
let standing: { state: SessionState; mode: Mode } = { state: 'active', mode: 'shared' };

/** Deadlines of the lab are on this clock. */
const NOW_MILLIS = 1_000;

function start(): ActionInbox {
  const plan = createActing({
    ids: {
      idOf: (node) => elements.indexOf(node) + 1,
      nodeOf: (id) => elements[id - 1],
      isMasked: (element) => element.closest('[data-tandem-mask],[type=password]') !== null,
    },
    origins: ['https://partner.example'],
    session: () => ({ id: '', reason: null, ...standing, participants: [{ number: AGENT, role: 'agent', name: 'Ada', present: true }] }),
    mayMoveFocus: () => !typing,
    highlight: () => undefined,
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
    const inner: ParentNode | null | undefined = found?.shadowRoot ?? (found as HTMLIFrameElement | null)?.contentDocument;
    if (inner) root = inner;
  }
  if (!found) throw new Error(`nothing matches ${path}`);
  if (!elements.includes(found)) elements.push(found);
  return elements.indexOf(found) + 1;
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

export function setTyping(isTyping: boolean): void {
  typing = isTyping;
}
