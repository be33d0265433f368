import { describe, expect, it } from 'vitest';
import { createIsAllowed } from '../../src/framed/allowed.ts';
import { greetingStart, readAnswer, readGreeting, readInnerWord, readOuterWord, writeGreeting } from '../../src/framed/words.ts';
import { framedId, frameOf, idInFrame, MAX_FRAME_NUMBER, MAX_FRAMED_ID } from '../../src/protocol/framed-id.ts';

describe('a greeting', () => {
  it('should be text that is JSON, begin with its brand, and be read back', () => {
    const text = writeGreeting('demo', { kind: 'hello', isLinked: true });
    expect(text.startsWith(greetingStart('demo'))).toBe(true);
    expect(text.startsWith(greetingStart('dem'))).toBe(false);
    expect(readGreeting(text)).toEqual({ kind: 'hello', isLinked: true });
  });

  it.each([
    '',
    'x',
    'null',
    '[]',
    '{"tandem":"demo"}',
    writeGreeting('demo', { kind: 'link', isLinked: false }).replace('"version":1', '"version":2'),
  ])('should be none: %s', (text) => {
    expect(readGreeting(text)).toBeUndefined();
  });

  it.each([null, undefined, 'x', 5, {}, { origin: 'x' }, { origin: 5, goesOn: true }, { origin: 'x', goesOn: 1 }])(
    'should not be answered by %j',
    (data) => {
      expect(readAnswer(data)).toBeUndefined();
    },
  );
});

describe('a word', () => {
  const bytes = new Uint8Array(3);

  it.each([
    { word: 'part', line: 1, type: 64, flags: 0, bytes },
    { word: 'frame', element: 3 },
    { word: 'answer', id: 1, refusal: '' },
    { word: 'hands', isBusy: true },
    { word: 'gone' },
  ])('should be read as what it is: %j', (word) => {
    expect(readInnerWord(word)).toBe(word);
    expect(readOuterWord(word)).toBeUndefined();
  });

  it.each([
    null,
    5,
    'gone',
    {},
    { word: 'constructor' },
    { word: ['gone'] },
    { word: 'part', line: 1, type: 64, flags: 0 },
    { word: 'part', line: 1, type: 64, flags: 0, bytes: [1, 2] },
    { word: 'part', line: -1, type: 64, flags: 0, bytes },
    { word: 'part', line: 0.5, type: 64, flags: 0, bytes },
    { word: 'frame', element: Number.NaN },
    { word: 'hands', isBusy: 1 },
    { word: 'stop' },
  ])('should be none of the inner tag: %j', (word) => {
    expect(readInnerWord(word)).toBeUndefined();
  });
});

describe('an id in a framed document', () => {
  it.each([
    [1, 1],
    [3, 17],
    [MAX_FRAME_NUMBER, MAX_FRAMED_ID],
  ])('should fit 32 bits and hold document %i and node %i', (number, id) => {
    const both = framedId(number, id);
    expect(both).toBeLessThanOrEqual(0xffff_ffff);
    expect([frameOf(both), idInFrame(both)]).toEqual([number, id]);
  });

  it('should be the page’s own id in the page itself, and 0 for no node', () => {
    expect([framedId(0, 5), frameOf(5), idInFrame(5), framedId(3, 0)]).toEqual([5, 0, 5, 0]);
    expect([frameOf(2 ** 31 - 1), frameOf(2 ** 31)]).toEqual([0, 0]);
  });
});

describe('who may be mirrored', () => {
  function relay(answer: () => Promise<unknown>): { readonly urls: string[]; readonly window: Window } {
    const urls: string[] = [];
    const fetch = (url: string): Promise<unknown> => {
      urls.push(url);
      return Promise.resolve({ json: answer });
    };
    return { urls, window: { fetch } as unknown as Window };
  }

  it('should be asked of the relay, once for each question', async () => {
    const { urls, window } = relay(() => Promise.resolve({ mirrored: true }));
    const isAllowed = createIsAllowed('wss://relay.example', 'de/mo', window);
    expect(await isAllowed('https://pay.example', ['https://shop.example', 'https://shop.example'])).toBe(true);
    expect(await isAllowed('https://pay.example', ['https://shop.example'])).toBe(true);
    expect(urls).toEqual([
      'https://relay.example/v1/brands/de%2Fmo/frames?frame=https%3A%2F%2Fpay.example&around=https%3A%2F%2Fshop.example',
    ]);
  });

  it.each([{ mirrored: false }, { mirrored: 'true' }, {}, 5])('should be nobody where the relay says %j', async (said) => {
    const { window } = relay(() => Promise.resolve(said));
    expect(await createIsAllowed('ws://relay', 'demo', window)('https://pay.example', ['https://shop.example'])).toBe(false);
  });

  it('should be asked again where the relay could not be reached', async () => {
    let fails = true;
    const { window } = relay(() => (fails ? Promise.reject(new Error('no JSON')) : Promise.resolve({ mirrored: true })));
    const isAllowed = createIsAllowed('ws://relay', 'demo', window);
    expect(await isAllowed('https://pay.example', ['https://shop.example'])).toBe(false);
    fails = false;
    expect(await isAllowed('https://pay.example', ['https://shop.example'])).toBe(true);
  });
});
