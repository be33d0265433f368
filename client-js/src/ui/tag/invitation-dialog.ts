import type { Invitation, Mode } from '../../protocol/control.ts';
import { type Around, ask } from './question.ts';

const REASSURANCE = 'Passwords are never shown, nothing is recorded, and you can stop at any time.';

function explain(agent: string, mode: Mode): string {
  return mode === 'shared'
    ? `${agent} will see this page as you see it, and can point, click and type in it together with you.`
    : `${agent} will see this page as you see it and can point at things, but cannot change anything (view only).`;
}

/** Asks the consumer whether to browse together. @returns what takes the question back without an answer */
export function askConsent(around: Around, { agent, mode }: Invitation, answer: (accept: boolean) => void): () => void {
  return ask(
    around,
    {
      testId: 'invitation',
      title: `${agent} would like to browse this page with you`,
      about: [explain(agent, mode), REASSURANCE],
      accept: 'Browse together',
      decline: 'No, thanks',
    },
    answer,
  );
}
