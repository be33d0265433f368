import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { bundleLab, launch, openPage } from './browser.ts';

let browser: Browser;
let lab: string;
let page: Page;

beforeAll(async () => {
  browser = await launch();
  lab = await bundleLab();
});
afterEach(() => page.close());
afterAll(() => browser.close());

const SECTIONS = Array.from({ length: 400 }, (_, i) => `<section style="height:300px"><p>SECRET-${i}-X</p></section>`).join('');

/** Begins, lets one frame go and then no more, and waits until something is read that was not sent. */
async function readAhead(html: string): Promise<void> {
  page = await openPage(browser, lab, { '/': `<!doctype html><body>${html}</body>` });
  await page.evaluate(() => {
    const started = (window.lab = window.tandemLab.start());
    started.hasRoomFor = 1;
    started.capture.keyframe();
  });
  await page.waitForFunction(() => {
    const sent = window.lab.sentText();
    return Array.from(document.querySelectorAll('p')).some((p) => window.lab.capture.idOf(p) > 0 && !sent.includes(p.textContent));
  });
}

it('should send nothing of what became masked after it was read', async () => {
  await readAhead(SECTIONS);
  const result = await page.evaluate(async () => {
    const { lab: started } = window;
    const sent = started.sentText();
    const waiting = Array.from(document.querySelectorAll('section')).filter(({ textContent }) => !sent.includes(textContent));
    for (const section of waiting) section.setAttribute('data-tandem-mask', '');
    started.hasRoomFor = Infinity;
    started.capture.goOn();
    await started.whole();
    const text = started.sentText();
    return { waiting: waiting.length, leaked: waiting.filter(({ textContent }) => text.includes(textContent)).length };
  });
  expect(result.waiting).toBeGreaterThan(100);
  expect(result.leaked).toBe(0);
});

it('should tell what styles are told by now, though the keyframe was read before', async () => {
  page = await openPage(browser, lab, { '/': `<!doctype html><body>${SECTIONS}</body>` });
  await page.evaluate(() => {
    const started = (window.lab = window.tandemLab.start());
    started.hasRoomFor = 0;
    started.capture.keyframe();
  });
  await page.waitForFunction(() => window.lab.capture.idOf(document.body) > 0);
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.waitForFunction(() => matchMedia('(prefers-color-scheme: dark)').matches);
  const features = await page.evaluate(async () => {
    const { lab: started } = window;
    // As the session does when it is told so.
    started.capture.keyframe();
    started.hasRoomFor = Infinity;
    started.capture.goOn();
    await started.whole();
    return started.mirror.state['features'] as number;
  });
  expect(features & 1).toBe(1);
});

it('should read on in no frame that has gone elsewhere', async () => {
  const inner = `<!doctype html><body><div style="height:4000px">top</div><div style="font-size:2px">${'<i><b hidden><u>q</u></b></i>x '.repeat(15_000)}</div>`;
  page = await openPage(browser, lab, {
    '/': '<!doctype html><body><iframe src="/in"></iframe>',
    '/in': inner,
    '/two': '<!doctype html><p>two',
  });
  const errors: string[] = [];
  page.on('pageerror', ({ message }) => errors.push(message));
  const difference = await page.evaluate(async () => {
    const next = (): Promise<unknown> => new Promise((resume) => setTimeout(resume, 0));
    const frame = document.querySelector('iframe') as HTMLIFrameElement;
    const started = (window.lab = window.tandemLab.start());
    started.hasRoomFor = 1;
    started.capture.keyframe();
    while (started.frames.length < 1) await next();
    const old = frame.contentDocument as Document;
    old.documentElement.scrollTop = 3_900;
    const loaded = new Promise((resolve) => frame.addEventListener('load', resolve, { once: true }));
    frame.src = '/two';
    await loaded;
    started.hasRoomFor = Infinity;
    started.capture.goOn();
    return started.whole();
  });
  expect(errors).toEqual([]);
  expect(difference).toBe('');
});
