import type { BudgetInfo } from '../../protocol/control.ts';
import { element } from './element.ts';
import type { SessionFrame } from './session-frame.ts';

/** A sign and a word for each quality. */
const SIGNS: Readonly<Record<BudgetInfo['quality'], readonly [bars: string, word: string]>> = {
  good: ['▂▄▆', 'good'],
  fair: ['▂▄', 'slow'],
  poor: ['▂', 'very slow'],
};

/** Tells the consumer in the session's frame how good the connection is; there once the relay has said so. @returns what shows it */
export function createLinkSign(frame: SessionFrame): (quality: BudgetInfo['quality']) => void {
  const sign = element('span', { 'data-testid': 'link-quality', role: 'img' });
  return (quality) => {
    const [bars, word] = SIGNS[quality];
    sign.textContent = bars;
    sign.ariaLabel = sign.title = `Connection: ${word}`;
    frame.exit.before(sign);
  };
}
