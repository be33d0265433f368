import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleLab, launch, openPage } from './browser.ts';

/** Rows of 40 px in a window of 700: some 20 show. */
const ROWS = 3_000;
const ROW = (n: number): string => `<div class="row"><b>row ${n}</b><span>cell</span></div>`;
const LIST = Array.from({ length: ROWS }, (_, n) => ROW(n)).join('');
const STYLE = '<style>body{margin:0}.row{height:40px}</style>';

describe('what goes first of a page', () => {
  let browser: Browser;
  let lab: string;

  beforeAll(async () => {
    browser = await launch();
    lab = await bundleLab();
  });
  afterAll(() => browser.close());

  const open = (body: string) => openPage(browser, lab, { '/': `<!doctype html><html><head>${STYLE}</head><body>${body}</body></html>` });

  it('should be what shows, with the rest behind it until all is there', async () => {
    const page = await open(`<main><p>top</p>${LIST}</main>`);
    const result = await page.evaluate(async () => {
      const { lab } = { lab: window.tandemLab.start() };
      lab.capture.keyframe();
      lab.capture.flush();
      const first = lab.sentText();
      const held = [...lab.mirror.nodes.values()].filter(({ state }) => state['hold'] !== undefined).map(({ name }) => name);
      return { first, held, difference: await lab.whole() };
    });
    expect(result.first).toContain('row 5');
    expect(result.first).not.toContain('row 200');
    expect(result.held).toContain('main');
    expect(result.difference).toBe('');
  });

  it('should keep what is above the window as empty boxes, and send what the consumer scrolls to before the rest', async () => {
    const page = await open(`<main>${LIST}</main>`);
    const result = await page.evaluate(async () => {
      window.scrollTo(0, 60_000);
      const lab = window.tandemLab.start();
      lab.capture.keyframe();
      lab.capture.flush();
      const first = lab.sentText();
      const boxes = [...lab.mirror.nodes.values()].filter(({ state }) => (state['hold'] as number[] | undefined)?.[0] === 1).length;
      return { first, boxes, difference: await lab.whole() };
    });
    expect(result.first).toContain('row 1505');
    expect(result.first).not.toContain('row 10<');
    expect(result.boxes).toBeGreaterThan(1_400);
    expect(result.difference).toBe('');
  });

  it('should hold sheets and sprites wherever they stand, and what is fixed on top', async () => {
    const page = await open(
      `<main>${LIST}<section><style>b{color:teal}</style><div style="position:fixed;top:10px;left:10px;width:500px;height:300px">on top</div></section></main>
       <svg style="display:none"><symbol id="icon"><path d="M1 2" fill="url(#blue)"/></symbol><symbol id="other"><path d="M3 4"/></symbol></svg>
       <svg width="0" height="0"><linearGradient id="blue"><stop stop-color="#123"/></linearGradient></svg>
       <svg style="position:fixed;left:600px;top:0" width="20" height="20"><use href="#icon"/></svg>`,
    );
    const result = await page.evaluate(async () => {
      const lab = window.tandemLab.start();
      lab.capture.keyframe();
      lab.capture.flush();
      return { first: lab.sentText(), difference: await lab.whole() };
    });
    expect(result.first).toContain('color:teal');
    expect(result.first).toContain('on top');
    for (const shape of ['M1 2', '#123']) expect(result.first).toContain(shape);
    expect(result.first).not.toContain('M3 4');
    expect(result.first).not.toContain('row 2000');
    expect(result.difference).toBe('');
  });

  it('should be found in a form whose fields bear the names of what elements can do, and tell no width of what is masked', async () => {
    const secret = (length: number): string => 'w'.repeat(length);
    const page = await open(
      `<form style="display:flex"><input name="children"><b data-tandem-mask id="secret"></b><i hidden>later</i></form><main>${LIST}</main>`,
    );
    const holds = async (text: string): Promise<unknown> =>
      page.evaluate(async (shown) => {
        (document.getElementById('secret') as HTMLElement).textContent = shown;
        const lab = window.tandemLab.start();
        lab.capture.keyframe();
        lab.capture.flush();
        const held = [...lab.mirror.nodes.values()].flatMap(({ name, state }) =>
          state['hold'] === undefined ? [] : [[name, state['hold']]],
        );
        const difference = (await lab.whole()).replace(/text.*/, 'text');
        lab.capture.stop();
        return [held, difference];
      }, text);
    const short = await holds(secret(2));
    expect(short).toEqual(await holds(secret(30)));
    expect(JSON.stringify(short)).toContain('main');
  });

  it('should keep a box until all of its content has come', async () => {
    const page = await open(`<section><div>${LIST}</div></section><p>bottom</p>`);
    const early = await page.evaluate(async () => {
      window.scrollTo(0, document.documentElement.scrollHeight);
      const lab = window.tandemLab.start();
      lab.capture.keyframe();
      lab.capture.flush();
      const section = (): { readonly state: Record<string, unknown> } => lab.nodeOf(document.querySelector('section') as Element);
      const rows = (): number => [...lab.mirror.nodes.values()].filter(({ attributes }) => attributes.get('class') === 'row').length;
      let released = 0;
      while (!lab.capture.isWhole) {
        if (section().state['hold'] === undefined && rows() < document.querySelectorAll('.row').length) released++;
        await new Promise((resume) => setTimeout(resume));
      }
      return [released, await lab.whole()];
    });
    expect(early).toEqual([0, '']);
  });

  it('should show at once what is put into a part that is still to come, and never what is masked', async () => {
    const page = await open(`<main>${LIST}</main>`);
    const result = await page.evaluate(async () => {
      const lab = window.tandemLab.start();
      lab.capture.keyframe();
      lab.capture.flush();
      const main = document.querySelector('main') as HTMLElement;
      main.insertAdjacentHTML('afterbegin', '<p>news</p>');
      main.insertAdjacentHTML('beforeend', '<p data-tandem-mask>secret</p>');
      main.children[1_000]?.setAttribute('data-tandem-mask', '');
      main.children[2_000]?.remove();
      main.append(main.children[3] as Element);
      lab.capture.flush();
      const first = lab.sentText();
      const difference = await lab.whole();
      return { first, all: lab.sentText(), difference };
    });
    expect(result.first).toContain('news');
    expect(result.first).not.toContain('row 2500');
    expect(result.all).not.toContain('secret');
    expect(result.all).not.toContain('row 998<');
    expect(result.difference.replace(/text.*/, 'text')).toMatch(/^$|text/);
  });
});
