import type { BudgetInfo } from '../../protocol/control.ts';
import { element } from './element.ts';

/** A sign and a word for each quality. */
const SIGNS: Readonly<Record<BudgetInfo['quality'], readonly [bars: string, word: string]>> = {
  good: ['▂▄▆', 'good'],
  fair: ['▂▄', 'slow'],
  poor: ['▂', 'very slow'],
};

/** Tells the consumer, beside what ends the session, how good the connection is; there once the relay has said so. @returns what shows it */
export function createLinkSign(exit: HTMLElement): (quality: BudgetInfo['quality']) => void {
  let sign: HTMLElement | undefined;
  return (quality) => {
    const [bars, word] = SIGNS[quality];
    sign ??= element('span', { 'data-testid': 'link-quality', role: 'img' });
    sign.textContent = bars;
    sign.ariaLabel = sign.title = `Connection: ${word}`;
    exit.before(sign);
  };
}
