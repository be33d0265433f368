import type { Refusal, Verdict } from '../../protocol/action.ts';

/** Verdicts remembered: more than an agent's viewer leaves unanswered. */
const MAX_ANSWERS = 64;

/** One remembered verdict; an empty refusal means applied. */
export type Answer = readonly [sender: number, sequence: number, refusal: Refusal | ''];

/** What makes actions happen once: the latest verdicts, kept over page loads. */
export interface Answers {
  /** The verdict on an action that was answered before, or that is older than all that is remembered. */
  find(sender: number, sequence: number): Verdict | undefined;
  /** Remembers the verdict, before the action is carried out: what it does may take the page away. */
  give(sender: number, sequence: number, refusal: Refusal | undefined): Verdict;
}

export function createAnswers(earlier: readonly Answer[], remember: (answers: readonly Answer[]) => void): Answers {
  let answers = earlier;
  return {
    find(sender, sequence) {
      const own = answers.filter((answer) => answer[0] === sender);
      const answer = own.find((one) => one[1] === sequence);
      if (answer) return toVerdict(sequence, answer[2]);
      // Actions come in order: what is lower than the last and not remembered was answered long ago, or skipped.
      return own.some((one) => one[1] > sequence) ? { sequence, outcome: 'expired', reason: 'superseded' } : undefined;
    },
    give(sender, sequence, refusal) {
      answers = [...answers.slice(1 - MAX_ANSWERS), [sender, sequence, refusal ?? '']];
      remember(answers);
      return toVerdict(sequence, refusal ?? '');
    },
  };
}

function toVerdict(sequence: number, refusal: Refusal | ''): Verdict {
  return refusal === '' ? { sequence, outcome: 'applied' } : { sequence, outcome: 'refused', reason: refusal };
}
