import { describe, expect, it } from 'vitest';
import { FrameType } from '../../src/protocol/frame-type.ts';
import { MAX_FRAMED_ID } from '../../src/protocol/framed-id.ts';
import { PageOp } from '../../src/protocol/page-op.ts';
import { PageWriter } from '../../src/protocol/page-writer.ts';
import { EVIL, FramedStage, html, iframe, MAP, PAY, SHOP, tagged } from './stage.ts';

const stage = new FramedStage();
const { shows, isEmpty } = stage;

/** Longer than a frame that was loaded anew may take to say that it goes on. */
const DEAD_MILLIS = 1_600;

/** What a hostile document keeps. */
interface Mallory {
  /** Its own end. */
  port: MessagePort | undefined;
  /** The words that it was told. */
  words: { readonly word: string; readonly line?: number }[];
  /** The windows' messages that it heard. */
  heard: unknown[];
  /** Where it says that it is. */
  origin: string;
}

declare global {
  var mallory: Mallory;
  var ran: string[];
}

/** Answers greetings by hand, as a tag would, and says what it is told to say. */
const MALLORY = html(
  'mallory',
  `<script>
  window.mallory = { port: undefined, words: [], heard: [], origin: location.origin };
  addEventListener('message', ({ data, ports: [port] }) => {
    mallory.heard.push(data);
    if (typeof data !== 'string' || !data.includes('"demo"')) return;
    if (data.includes('"hello"')) return void port.postMessage({ origin: mallory.origin, goesOn: false });
    mallory.port = port;
    port.onmessage = ({ data }) => mallory.words.push(data);
  });
</script>`,
);

const DOCUMENT = { url: `${PAY}/`, baseUrl: `${PAY}/`, mode: 1, width: 500, height: 300 } as const;

type Bytes = readonly number[];
const batch = (write: (writer: PageWriter) => void): Bytes => {
  const writer = new PageWriter();
  write(writer);
  return [...writer.finish()];
};

const element = (writer: PageWriter, id: number, tag: string, attributes: Readonly<Record<string, string>> = {}, text?: string): void => {
  const names = Object.keys(attributes);
  writer.openElement(id, 0, tag, names, Object.values(attributes), names.length);
  if (text !== undefined) writer.text(id + 1, text);
  writer.close();
};

/** A page whose body holds what is written. */
const pageOf = (write: (writer: PageWriter) => void): Bytes =>
  batch((writer) => {
    writer.reset(DOCUMENT, 1, 0);
    writer.nodes(0, 0);
    writer.openDocument(1, DOCUMENT);
    writer.openElement(2, 0, 'html', [], [], 0);
    writer.openElement(3, 0, 'body', [], [], 0);
    write(writer);
    for (let i = 0; i < 4; i++) writer.close();
  });

const HARMLESS = pageOf((writer) => element(writer, 10, 'p', {}, 'harmless'));

interface Said {
  readonly type?: number;
  readonly flags?: number;
  readonly bytes?: Bytes;
  /** In place of a part. */
  readonly word?: object;
  readonly times?: number;
}

const part = (bytes: Bytes, type: number = FrameType.MUTATIONS, flags = 0): Said => ({ bytes, type, flags });

/** Opens the brand's page with a hostile frame and an honest one, and waits until the hostile one was asked for its page. */
async function open(): Promise<void> {
  stage.pages[`${PAY}/`] = MALLORY;
  stage.pages[`${MAP}/`] = tagged('<p id="honest">honest</p>');
  await stage.open(
    `<h1>Shop</h1><p id="p">paragraph</p>${iframe('pay', `${PAY}/`)}${iframe('map', `${MAP}/`)}`,
    '<script>window.ran = []</script>',
  );
  await shows('honest', 'map');
  await expect.poll(() => stage.frameAt(`${PAY}/`).evaluate(() => mallory.words.some(({ word }) => word === 'send'))).toBe(true);
}

async function say(...all: readonly Said[]): Promise<void> {
  await stage.frameAt(`${PAY}/`).evaluate((said) => {
    const line = mallory.words.findLast(({ word }) => word === 'send')?.line;
    for (const { type, flags, bytes, word, times = 1 } of said) {
      for (let i = 0; i < times; i++)
        mallory.port?.postMessage(word ?? { word: 'part', line, type, flags, bytes: new Uint8Array(bytes ?? []) });
    }
  }, all);
}

/** The page itself and the honest frame are as they were, and go on. */
async function expectTheRestWhole(): Promise<void> {
  await stage.page.evaluate(() => document.body.prepend('goes on '));
  await stage.frameAt(`${MAP}/`).evaluate(() => document.body.append(' goes on'));
  await shows('honest goes on', 'map');
  await expect.poll(() => stage.page.evaluate(() => outerLab.mirror.document?.body.textContent)).toMatch(/goes on Shop\s*paragraph/);
  expect(await stage.broken()).toEqual([]);
  expect(await stage.page.evaluate(() => globalThis.ran)).toEqual([]);
}

const SCRIPTED = pageOf((writer) => {
  element(writer, 10, 'script', {}, 'top.ran.push("script")');
  element(writer, 20, 'img', { src: `${EVIL}/image.png`, onerror: 'top.ran.push("onerror")' });
  element(writer, 30, 'iframe', { src: `${EVIL}/frame`, srcdoc: '<script>top.ran.push("srcdoc")</script>' });
  element(writer, 40, 'link', { rel: 'stylesheet', href: `${EVIL}/sheet.css` });
  element(writer, 50, 'meta', { 'http-equiv': 'refresh', content: `0;url=${EVIL}/refresh` });
  element(writer, 60, 'style', {}, `@import "${EVIL}/import.css"; body { background: url(${EVIL}/background.png) }`);
  element(writer, 70, 'object', { data: `${EVIL}/object` });
  element(writer, 80, 'p', {}, 'harmless');
});

const ATTACKS: readonly (readonly [name: string, said: readonly Said[]])[] = [
  ['bytes that are no batch', [part([5, 1, 2, 3])]],
  ['a batch that ends in the middle', [part(HARMLESS.slice(0, -9), FrameType.KEYFRAME)]],
  ['a packed batch that lies about its length', [part([0, 0xff, 0xff, 0xff, 0x7f, 1, 2, 3], FrameType.KEYFRAME)]],
  ['a block that declares more than it holds', [part([0xff, 0x7f, 1, 2, 3], FrameType.KEYFRAME, 1)]],
  ['a block that refers to what was never sent', [part([0x20, 0x1f, 0x41, 0xff, 0xff], FrameType.MUTATIONS, 3)]],
  ['a frame of another lane', [part([], FrameType.CLICK)]],
  ['a flag that is none', [part(HARMLESS, FrameType.KEYFRAME, 8)]],
  ['a part that is too long', [part(new Array<number>(17_000).fill(0), FrameType.ASSET)]],
  ['more parts than it has room for', [{ ...part(new Array<number>(8_000).fill(1), FrameType.KEYFRAME, 4), times: 30 }]],
  ['a batch without end', [{ ...part(new Array<number>(8_000).fill(1), FrameType.KEYFRAME, 4), times: 12 }, part([9], FrameType.ASSET)]],
  ['the ids of other documents', [part(HARMLESS, FrameType.KEYFRAME), part(batch((writer) => writer.remove([4, 5, 6, 7, 8, 9])))]],
  [
    'an id beyond its own',
    [
      part(
        pageOf((writer) => element(writer, MAX_FRAMED_ID + 1, 'p')),
        FrameType.KEYFRAME,
      ),
    ],
  ],
  ['a frame of the page', [part(HARMLESS, FrameType.KEYFRAME), part(batch((writer) => writer.numbers(PageOp.FRAME, 2, 0, 0)))]],
  [
    'a part of another document',
    [
      part(HARMLESS, FrameType.KEYFRAME),
      part(
        batch((writer) => {
          writer.numbers(PageOp.FRAME_PART, 2, FrameType.KEYFRAME, 0, HARMLESS.length);
          writer.raw(new Uint8Array(HARMLESS));
        }),
      ),
    ],
  ],
  ['a word that is none', [{ word: { word: '__proto__' } }]],
  ['a part that is no bytes', [{ word: { word: 'part', line: 1, type: 64, flags: 0, bytes: { length: 1e9 } } }]],
  ['more words than a tag has', [part(HARMLESS, FrameType.KEYFRAME), { word: { word: 'hands', isBusy: true }, times: 1_000 }]],
  ['flags beyond 32 bits', [part(HARMLESS, FrameType.KEYFRAME), part(HARMLESS, FrameType.MUTATIONS, 2 ** 32)]],
  ['a frame beyond 32 bits', [part(HARMLESS, FrameType.KEYFRAME), { word: { word: 'frame', element: 2 ** 40 } }]],
  ['a number that is none', [part(HARMLESS, FrameType.KEYFRAME), { word: { word: 'frame', element: Infinity } }]],
  ['frames that it does not have', [part(HARMLESS, FrameType.KEYFRAME), { word: { word: 'frame', element: 10 }, times: 2_000 }]],
];

describe('a hostile document in a frame', () => {
  it.each(ATTACKS)('should spoil nothing but itself with %s', async (_name, said) => {
    await open();
    await say(...said);
    await expectTheRestWhole();
    expect(await stage.textIn('pay')).toMatch(/^(?:harmless)?$/);
  });

  it('should be shown without anything of it running, or calling anybody', async () => {
    await open();
    await say(part(SCRIPTED, FrameType.KEYFRAME));
    await shows('harmless', 'pay');
    await expectTheRestWhole();
    expect(stage.strangers.filter((url) => url.startsWith(EVIL))).toEqual([]);
  });

  it('should be told nothing but what is its own business', async () => {
    await open();
    const words = await stage.frameAt(`${PAY}/`).evaluate(() => JSON.stringify([mallory.words, mallory.heard]));
    expect(words).not.toContain('secret');
    expect(words).not.toMatch(/honest|paragraph/);
  });

  it('should tell of the consumer’s pointer only what is a pointer, over nodes of its own', async () => {
    await open();
    await say(
      { word: { word: 'pointed', type: FrameType.CURSOR, bytes: [1] } },
      { word: { word: 'pointed', type: FrameType.CLICK, bytes: new Uint8Array([1, 2, 3, 4, 5]) } },
    );
    const sayPointed = (bytes: Bytes): Promise<void> =>
      stage
        .frameAt(`${PAY}/`)
        .evaluate(([type, of]) => mallory.port?.postMessage({ word: 'pointed', type, bytes: new Uint8Array(of) }), [
          FrameType.CURSOR,
          bytes,
        ] as const);
    // No pointer, and node 2^32 - 1.
    await sayPointed([1, 2]);
    await sayPointed([0xff, 0xff, 0xff, 0xff, 0x0f, 0, 0, 0, 0]);
    await expectTheRestWhole();
    expect(await stage.page.evaluate(() => outerLab.pointed)).toEqual([]);
  });
});

describe('many documents in one frame', () => {
  /** Hands on as many ports of its own as it is told to, and writes down which were told to stop. */
  const crowd = (count: number): Promise<number> =>
    stage.frameAt(`${PAY}/`).evaluate(async (many) => {
      let stopped = 0;
      for (let element = 1; element <= many; element++) {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = ({ data }: MessageEvent<{ word: string }>) => void (stopped += data.word === 'stop' ? 1 : 0);
        mallory.port?.postMessage({ word: 'frame', element }, [port2]);
      }
      await new Promise((resume) => setTimeout(resume, 500));
      return stopped;
    }, count);

  it('should leave room for those in others', async () => {
    stage.pages[`${PAY}/`] = MALLORY;
    stage.pages[`${MAP}/`] = tagged('honest');
    await stage.open(iframe('pay', `${PAY}/`));
    await expect.poll(() => stage.frameAt(`${PAY}/`).evaluate(() => mallory.words.some(({ word }) => word === 'send'))).toBe(true);
    expect(await crowd(30)).toBe(23);
    await stage.page.evaluate((src) => {
      document.body.append(Object.assign(document.createElement('iframe'), { id: 'map', src }));
    }, `${MAP}/`);
    await shows('honest', 'map');
  });
});

describe('a port', () => {
  it('should be dead when its document has gone elsewhere, whoever has it', async () => {
    stage.pages[`${PAY}/`] = MALLORY;
    stage.pages[`${MAP}/`] = MALLORY;
    stage.pages[`${EVIL}/`] = html('elsewhere');
    await stage.open(`${iframe('pay', `${PAY}/`)}${iframe('map', `${MAP}/`)}`);
    for (const origin of [PAY, MAP]) {
      await expect.poll(() => stage.frameAt(`${origin}/`).evaluate(() => mallory.words.some(({ word }) => word === 'send'))).toBe(true);
    }
    await say(part(HARMLESS, FrameType.KEYFRAME));
    await shows('harmless', 'pay');
    // To another document, which outlives it.
    await stage.frameAt(`${PAY}/`).evaluate(() => {
      const { port, words } = mallory;
      if (port) parent.frames[1]?.postMessage({ line: words.findLast(({ word }) => word === 'send')?.line }, '*', [port]);
    });
    await stage.frameAt(`${MAP}/`).evaluate(() => {
      addEventListener('message', ({ data, ports: [port] }) => {
        mallory.port = port;
        mallory.words.push({ word: 'send', line: (data as { line: number }).line });
      });
    });
    await stage
      .frameAt(`${PAY}/`)
      .evaluate(() => {
        const { port, words } = mallory;
        if (port) parent.frames[1]?.postMessage({ line: words.findLast(({ word }) => word === 'send')?.line }, '*', [port]);
      })
      .catch(() => undefined);
    await stage.page.evaluate((src) => document.getElementById('pay')?.setAttribute('src', src), `${EVIL}/`);
    await isEmpty('pay');
    const again = pageOf((writer) => element(writer, 10, 'p', {}, 'from beyond'));
    await stage.frameAt(`${MAP}/`).evaluate((bytes) => {
      const line = mallory.words.at(-1)?.line;
      mallory.port?.postMessage({ word: 'part', line, type: 0x40, flags: 0, bytes: new Uint8Array(bytes) });
    }, again);
    await stage.page.waitForTimeout(DEAD_MILLIS);
    expect(await stage.textIn('pay')).toBe('');
  });

  it('should be given to nobody whose origin the relay does not let', async () => {
    stage.pages[`${EVIL}/`] = MALLORY;
    stage.pages[`${EVIL}/tagged`] = tagged('a stranger with the tag');
    await stage.open(`${iframe('evil', `${EVIL}/`)}${iframe('tagged', `${EVIL}/tagged`)}`);
    await expect.poll(() => stage.questions.some((question) => question.includes('evil'))).toBe(true);
    await stage.page.waitForTimeout(DEAD_MILLIS);
    expect(await stage.frameAt(`${EVIL}/`).evaluate(() => mallory.heard)).toEqual([]);
    await isEmpty('evil');
    await isEmpty('tagged');
  });

  it('should not be taken from who is elsewhere than its address says, if the relay does not let them', async () => {
    stage.pages[`${PAY}/`] = html('<script>setTimeout(() => location.replace("http://evil.test/"), 50)</script>');
    stage.pages[`${EVIL}/`] = MALLORY;
    await stage.open(iframe('pay', `${PAY}/`));
    await expect.poll(() => stage.page.frames().some((frame) => frame.url() === `${EVIL}/`)).toBe(true);
    await expect.poll(() => stage.frameAt(`${EVIL}/`).evaluate(() => mallory.heard.length), { timeout: 5_000 }).toBeGreaterThan(0);
    await stage.page.waitForTimeout(300);
    expect(await stage.frameAt(`${EVIL}/`).evaluate(() => mallory.words)).toEqual([]);
  });

  it('should be given to no other origin than the relay lets, whoever says that it is theirs', async () => {
    stage.pages[`${PAY}/`] = html('<script>setTimeout(() => location.replace("http://evil.test/"), 50)</script>');
    stage.pages[`${EVIL}/`] = MALLORY.replace('origin: location.origin', `origin: '${PAY}'`);
    await stage.open(iframe('pay', `${PAY}/`));
    const evil = (): Promise<readonly unknown[]> => stage.frameAt(`${EVIL}/`).evaluate(() => mallory.heard);
    await expect.poll(() => stage.page.frames().some((frame) => frame.url() === `${EVIL}/`)).toBe(true);
    await expect.poll(async () => (await evil()).length, { timeout: 5_000 }).toBeGreaterThan(0);
    await stage.page.waitForTimeout(DEAD_MILLIS);
    expect((await evil()).filter((data) => String(data).includes('link'))).toEqual([]);
    expect(await stage.frameAt(`${EVIL}/`).evaluate(() => mallory.words)).toEqual([]);
  });
});

describe('a hostile page around a document that carries the tag', () => {
  /** Greets windows over and over, also as if they had answered, and writes down what it hears. */
  const greets = (windows: string): string =>
    `<script>
      window.heard = [];
      addEventListener('message', ({ data }) => String(data).includes('tandem') || heard.push(data));
      setInterval(() => {
        for (const kind of ['hello', 'link']) {
          const greeting = JSON.stringify({ tandem: 'demo', version: 1, kind, isLinked: false });
          for (let i = 0; i < frames.length || i < 2; i++) {
            const { port1, port2 } = new MessageChannel();
            port1.onmessage = ({ data }) => heard.push(data);
            port1.postMessage({ word: 'stand', session: {}, paceMillis: 0 });
            port1.postMessage({ word: 'send', line: 1 });
            (${windows})[i]?.postMessage(greeting, '*', [port2]);
          }
        }
      }, 100);
    </script>`;
  const heardAt = (address: string): Promise<unknown> =>
    stage.frameAt(address).evaluate(() => (window as unknown as { heard: unknown[] }).heard);
  const wasAsked = (...around: readonly string[]): Promise<void> =>
    expect
      .poll(() => stage.questions.some((question) => around.every((origin) => question.includes(encodeURIComponent(origin)))), {
        timeout: 5_000,
      })
      .toBe(true);

  it('should get no answer', async () => {
    stage.pages[`${EVIL}/`] = html(iframe('pay', `${PAY}/`) + greets('frames'));
    stage.pages[`${PAY}/`] = tagged('of pay');
    await stage.page.goto(`${EVIL}/`);
    await wasAsked(PAY, EVIL);
    await stage.page.waitForTimeout(500);
    expect(await heardAt(`${EVIL}/`)).toEqual([]);
    expect(await stage.frameAt(`${PAY}/`).evaluate(() => document.querySelector('tandem-ui'))).toBeNull();
  });

  it('should get no answer through a page of the brand', async () => {
    stage.pages[`${EVIL}/`] = html(iframe('shop', `${SHOP}/`) + greets('frames'));
    stage.pages[`${SHOP}/`] = html(iframe('pay', `${PAY}/`) + greets('frames'));
    stage.pages[`${PAY}/`] = tagged('of pay');
    await stage.page.goto(`${EVIL}/`);
    await wasAsked(PAY, SHOP, EVIL);
    await stage.page.waitForTimeout(500);
    expect(await heardAt(`${SHOP}/`)).toEqual([]);
    expect(await heardAt(`${EVIL}/`)).toEqual([]);
  });

  it('should get no answer beside it, even where it may be framed itself', async () => {
    stage.pages[`${MAP}/`] = html(greets('[parent.frames[1], parent]'));
    stage.pages[`${PAY}/`] = tagged('of pay');
    stage.pages[`${SHOP}/`] = html(`${iframe('map', `${MAP}/`)}${iframe('pay', `${PAY}/`)}`);
    await stage.page.goto(`${SHOP}/`);
    await stage.page.waitForTimeout(1_000);
    expect(await heardAt(`${MAP}/`)).toEqual([]);
    expect(stage.questions).toEqual([]);
  });
});

describe('the pages themselves', () => {
  const LISTENING =
    '<script>window.heard = []; addEventListener("message", ({ data }) => heard.push(data)); onmessage = ({ data }) => heard.push(data);</script>';
  const TAG = '<script src="http://relay.test/tandem.js" data-brand="demo"></script>';
  const heard = (): unknown => (window as unknown as { heard: unknown[] }).heard;

  it('should hear nothing of what their tags say to each other', async () => {
    stage.pages[`${PAY}/`] = html('of pay', TAG + LISTENING);
    await stage.open(iframe('pay', `${PAY}/`), LISTENING);
    await shows('of pay', 'pay');
    expect(await stage.page.evaluate(heard)).toEqual([]);
    expect(await stage.frameAt(`${PAY}/`).evaluate(heard)).toEqual([]);
  });

  it('should take no harm where one listens before its tag is there, whatever it expects of messages', async () => {
    const expecting = `<script>
      window.faults = [];
      onerror = (fault) => faults.push(fault);
      addEventListener('message', ({ data }) => data.type === 'x' && data.payload.y);
      addEventListener('message', ({ data }) => JSON.parse(data).type === 'x');
      addEventListener('message', ({ data }) => data.split(':')[0] === 'x' || data.indexOf('x:') === 0);
    </script>`;
    stage.pages[`${PAY}/`] = html('of pay', expecting + LISTENING + TAG);
    await stage.open(iframe('pay', `${PAY}/`));
    await shows('of pay', 'pay');
    const frame = stage.frameAt(`${PAY}/`);
    expect(await frame.evaluate(() => (window as unknown as { faults: unknown[] }).faults)).toEqual([]);
    expect(await frame.evaluate(heard)).not.toEqual([]);
  });
});
