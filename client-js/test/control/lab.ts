import { type Action, decodeVerdict, encodeAction, type Verdict } from '../../src/protocol/action.ts';
import type { Mode, SessionState } from '../../src/protocol/control.ts';
import { createActing } from '../../src/control/tag/acting.ts';
import type { Answer } from '../../src/control/tag/answers.ts';

/** Runs in the page: actions reach the page's elements by the number that {@link id} gives. */
const AGENT = 2;
const EPOCH = 7;

const elements: Node[] = [document];
let answered: readonly Answer[] = [];
let verdicts: Verdict[] = [];
let sequence = 0;
let typing = false;
let standing: { state: SessionState; mode: Mode } = { state: 'active', mode: 'shared' };

function start(): ReturnType<typeof createActing> {
  return createActing({
    ids: {
      idOf: (node) => elements.indexOf(node) + 1,
      nodeOf: (id) => elements[id - 1],
      isMasked: (element) => element.closest('[data-tandem-mask],[type=password]') !== null,
    },
    origins: ['https://partner.example'],
    answered,
    remember: (answers) => (answered = answers),
    session: () => ({ id: '', reason: null, ...standing, participants: [{ number: AGENT, role: 'agent', name: 'Ada', present: true }] }),
    epoch: () => EPOCH,
    send: (_, payload) => verdicts.push(decodeVerdict(payload)),
    mayMoveFocus: () => !typing,
    highlight: () => undefined,
    wiggle: () => undefined,
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

/** Carries out an action. @returns 'applied', or why not */
export function act(action: Action, changes: { sender?: number; epoch?: number; sequence?: number } = {}): string {
  verdicts = [];
  const frame = { type: action.type, flags: 0, sender: AGENT, epoch: EPOCH, sequence: ++sequence, payload: encodeAction(action) };
  acting({ ...frame, ...changes });
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
