import type { DocumentAddress, StandIns } from './addresses.ts';
import { mirrorCss } from './css-text.ts';
import { type MediaAnswers, QUESTION } from './media-queries.ts';

/** CSS of a page as its mirror has it: addresses resolved, states by marks, and answers about device and taste that are the consumer's. */
export interface PageCss {
  /** Rules, or the declarations of an attribute. */
  mirrored(text: string, at: DocumentAddress): string;
  /** A list of media queries in an attribute. */
  queries(list: string): string;
  /** The schemes that a page says it has, in a meta element. */
  schemes(content: string): string;
}

const QUESTIONS = new RegExp(QUESTION, 'gi');

export function createPageCss(answers: MediaAnswers, standIns: StandIns): PageCss {
  return {
    mirrored: (text, at) => mirrorCss(text, at, answers, standIns),
    queries: (list) =>
      list.replace(QUESTIONS, (question: string, feature: string, value?: string) => answers.answer(feature, value) ?? question),
    schemes: (content) => answers.scheme(content),
  };
}
