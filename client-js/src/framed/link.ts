import { type Refusal, REFUSALS } from '../protocol/action.ts';
import { type InnerWord, type OuterWord, readInnerWord } from './words.ts';

/** How long the inner tag may take to answer, in ms: an agent's next actions wait for it. */
export const ANSWER_MILLIS = 1_000;

/** What the inner tag says to a question; `silent`: nothing. */
export type Reply = Refusal | '' | 'silent';

export type Question = Omit<Extract<OuterWord, { word: 'plan' }>, 'id'> | Omit<Extract<OuterWord, { word: 'reach' }>, 'id'>;

/** The outer tag's end of a port. */
export interface Link {
  tell(word: OuterWord): void;
  /** @returns the reply, and the number of the question */
  ask(question: Question): Promise<readonly [reply: Reply, id: number]>;
  close(): void;
}

/**
 * @param hear takes what was said; the answers to questions are not among it
 * @param fault something was said that is no word of ours
 */
export function createLink(port: MessagePort, hear: (word: InnerWord, ports: readonly MessagePort[]) => void, fault: () => void): Link {
  const waiting = new Map<number, (reply: Reply) => void>();
  let asked = 0;
  /** It has not answered in time, and said nothing since: it is not waited for. */
  let isSilent = false;

  function answer(id: number, reply: Reply): void {
    waiting.get(id)?.(reply);
    waiting.delete(id);
  }

  port.onmessage = ({ data, ports }: MessageEvent) => {
    const word = readInnerWord(data);
    isSilent = false;
    if (word === undefined) fault();
    else if (word.word === 'answer') answer(word.id, replyOf(word.refusal));
    else hear(word, ports);
  };
  port.onmessageerror = fault;

  return {
    tell: (word) => port.postMessage(word),
    async ask(question) {
      const id = ++asked;
      if (isSilent) return ['silent', id];
      port.postMessage({ ...question, id });
      let timer: ReturnType<typeof setTimeout> | undefined;
      const reply = await new Promise<Reply>((resolve) => {
        waiting.set(id, resolve);
        timer = setTimeout(() => {
          isSilent = true;
          answer(id, 'silent');
        }, ANSWER_MILLIS);
      });
      clearTimeout(timer);
      return [reply, id];
    },
    close() {
      port.onmessage = port.onmessageerror = null;
      port.close();
      for (const id of [...waiting.keys()]) answer(id, 'silent');
    },
  };
}

const replyOf = (refusal: string): Reply =>
  refusal === '' || (REFUSALS as readonly string[]).includes(refusal) ? (refusal as Reply) : 'malformed';
