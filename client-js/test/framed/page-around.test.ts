import { describe, expect, it } from 'vitest';
import { encodeAction } from '../../src/protocol/action.ts';
import { FrameType } from '../../src/protocol/frame-type.ts';
import { FramedStage, html, iframe, PAY, SHOP, tagged } from './stage.ts';

const stage = new FramedStage();

describe('a page around that is let, and does not speak as its tag would', () => {
  interface Speaker {
    port: MessagePort;
    words: { readonly word: string; readonly refusal?: string }[];
  }

  const OPEN = `<script>
    window.speaker = { port: undefined, words: [] };
    const greet = (kind, port) =>
      document.getElementById('pay').contentWindow.postMessage('{"tandem":"demo","version":1,"kind":"' + kind + '","isLinked":false}', '*', [port]);
    window.speak = () => {
      const { port1: ours, port2: theirs } = new MessageChannel();
      const answers = new MessageChannel();
      answers.port1.onmessage = () => greet('link', theirs);
      ours.onmessage = ({ data }) => speaker.words.push(data);
      speaker.port = ours;
      greet('hello', answers.port2);
    };
  </script>`;

  /** Has it think that there is a session, and asks what would come of an action. */
  const ask = (type: number, bytes: readonly number[]): Promise<string | undefined> =>
    stage.page.evaluate(
      async ([of, action]) => {
        const { speaker, speak } = window as unknown as { speaker: Speaker; speak(): void };
        speak();
        const participants = [{ number: 2, role: 'agent', name: 'Ada', present: true }];
        speaker.port.postMessage({ word: 'stand', session: { id: '', state: 'active', mode: 'shared', participants }, paceMillis: 20 });
        speaker.port.postMessage({ word: 'send', line: 1 });
        while (!speaker.words.some(({ word }) => word === 'part')) await new Promise((resume) => setTimeout(resume, 20));
        speaker.port.postMessage({ word: 'plan', id: 1, type: of, sender: 2, bytes: new Uint8Array(action), isBusy: false });
        while (!speaker.words.some(({ word }) => word === 'answer')) await new Promise((resume) => setTimeout(resume, 20));
        speaker.port.postMessage({ word: 'act', id: 1 });
        await new Promise((resume) => setTimeout(resume, 200));
        return speaker.words.find(({ word }) => word === 'answer')?.refusal;
      },
      [type, bytes] as const,
    );

  it('should not send the document anywhere', async () => {
    stage.pages[`${PAY}/`] = tagged('of pay');
    stage.pages[`${SHOP}/`] = html(iframe('pay', `${PAY}/`) + OPEN);
    await stage.page.goto(`${SHOP}/`);
    const navigation = { type: FrameType.NAVIGATE, to: { kind: 'url', url: `${PAY}/transfer` } } as const;
    expect(await ask(FrameType.NAVIGATE, [...encodeAction(navigation, 0)])).toBe('malformed');
    expect(stage.strangers).toEqual([]);
    expect(stage.frameAt(`${PAY}/`).url()).toBe(`${PAY}/`);
  });
});
