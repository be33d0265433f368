import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { bundleLab, launch, openPage } from '../capture/browser.ts';

let browser: Browser;
let lab: string;
let page: Page;

beforeAll(async () => {
  browser = await launch();
  lab = await bundleLab();
});
afterEach(() => page.close());
afterAll(() => browser.close());

const PAGE = `<p id="one">The quick <b id="b">brown fox</b> jumps</p>
  <p id="masked" data-tandem-mask>over the <i id="in-mask">lazy</i> dog</p>
  <p id="two">and runs away.</p><script>/* code */</script><div id="host"></div>
  <input id="name" value="Ada Lovelace"><textarea id="note">some lines</textarea><input id="secret" type="password" value="secret words">
  <input id="number" type="number" value="12"><div id="room"></div>
  <iframe id="frame" srcdoc="<p id=inside>inside the frame</p><input id=field value=framed>"></iframe>
  <script>document.getElementById('host').attachShadow({ mode: 'open' }).innerHTML = '<p id="shady">in the shadow <slot></slot></p>'</script>`;

/** Opens a page whose capture tells of its state. */
async function open(body = PAGE, path = '/'): Promise<void> {
  const html = `<!doctype html><html><head><style>body{font:16px monospace}</style></head><body>${body}</body></html>`;
  page = await openPage(browser, lab, { '/': html });
  if (path !== '/') await page.goto(new URL(path, page.url()).href);
  await page.waitForFunction(() => [...document.querySelectorAll('iframe')].every((one) => one.contentDocument?.readyState === 'complete'));
  await page.evaluate(() => {
    window.lab = window.tandemLab.start();
    window.lab.capture.keyframe();
    Object.assign(window, { stopTelling: window.tandemLab.tellState(window.lab) });
  });
  await page.waitForFunction(() => window.lab.capture.isWhole);
}

const selected = (): Promise<string[]> => page.evaluate(() => window.tandemLab.selectedIn(window.lab));
const state = (name: string): Promise<unknown> => page.evaluate((key) => window.lab.mirror.state[key], name);
const idOf = (selector: string): Promise<number> =>
  page.evaluate((wanted) => window.lab.capture.idOf(document.querySelector(wanted) as Element), selector);
const frames = (): Promise<number> => page.evaluate(() => window.lab.frames.length);

/** Selects from a place in a text to another; places are `selector offset`. */
const select = (from: string, to: string): Promise<void> =>
  page.evaluate(
    ([first, last]) => {
      const place = (where: string): [Node, number] => {
        const [selector = '', offset] = where.split(' ');
        return [document.querySelector(selector)?.firstChild as Node, Number(offset)];
      };
      getSelection()?.setBaseAndExtent(...place(first), ...place(last));
    },
    [from, to] as const,
  );

describe('the consumer’s selection', () => {
  it('should be told as it is, forwards and backwards, and taken back', async () => {
    await open();
    await select('#one 4', '#b 5');
    await expect.poll(selected).toEqual(['quick brown']);
    await select('#two 3', '#b 2');
    await expect.poll(selected).toEqual(['own fox jumps\n  ', '\n  and']);
    await page.evaluate(() => getSelection()?.removeAllRanges());
    await expect.poll(selected).toEqual([]);
  });

  it('should be cut at what is masked, and tell nothing of what is selected inside', async () => {
    await open();
    await select('#one 0', '#two 8');
    await expect.poll(selected).toEqual(['The quick brown fox jumps\n  ', '\n  and runs']);
    await select('#one 4', '#in-mask 2');
    await expect.poll(selected).toEqual(['quick brown fox jumps\n  ']);
    await select('#masked 2', '#in-mask 3');
    await expect.poll(selected).toEqual([]);
    const before = await frames();
    for (const [from, to] of [
      [0, 9],
      [1, 4],
      [3, 5],
    ]) {
      await select(`#masked ${from}`, `#masked ${to}`);
      await page.evaluate(() => window.lab.capture.flush());
    }
    expect(await frames()).toBe(before);
  });

  it('should be cut at once when a part of it becomes masked', async () => {
    await open();
    await select('#one 0', '#two 8');
    await expect.poll(selected).toHaveLength(2);
    await page.evaluate(() => document.getElementById('two')?.setAttribute('data-tandem-mask', ''));
    await expect.poll(selected).toEqual(['The quick brown fox jumps\n  ', '\n  ']);
    expect(await page.evaluate(() => window.lab.sentText().includes('away'))).toBe(true);
  });

  it('should be told in fields, but in no masked one', async () => {
    await open();
    await page.locator('#name').evaluate((field: HTMLInputElement) => {
      field.focus();
      field.setSelectionRange(4, 8);
    });
    await expect.poll(selected).toEqual(['Love']);
    await page.locator('#note').evaluate((field: HTMLTextAreaElement) => {
      field.focus();
      field.select();
    });
    await expect.poll(() => state('selection')).toMatchObject([{ startOffset: 0, endOffset: 10 }]);
    await page.locator('#number').evaluate((field: HTMLInputElement) => {
      field.focus();
      field.select();
    });
    await expect.poll(selected).toEqual([]);
    const sent = await page.locator('#secret').evaluate((field: HTMLInputElement) => {
      field.focus();
      window.lab.capture.flush();
      const before = window.lab.frames.length;
      for (const end of [3, 9, 12]) {
        field.setSelectionRange(1, end);
        window.lab.capture.flush();
      }
      return window.lab.frames.length - before;
    });
    expect(sent).toBe(0);
  });

  it('should be told in open shadow roots, and across their borders', async () => {
    await open();
    await page.evaluate(() => {
      const text = document.getElementById('host')?.shadowRoot?.querySelector('p')?.firstChild as Text;
      getSelection()?.setBaseAndExtent(text, 3, text, 13);
    });
    await expect.poll(selected).toEqual(['the shadow']);
    await page.evaluate(() => {
      const text = document.getElementById('host')?.shadowRoot?.querySelector('p')?.firstChild as Text;
      getSelection()?.setBaseAndExtent(document.getElementById('two')?.firstChild as Text, 9, text, 2);
    });
    await expect.poll(selected).toEqual(['away.', 'in']);
    await page.evaluate(() => {
      document.getElementById('host')?.append('slotted');
      getSelection()?.selectAllChildren(document.body);
    });
    await expect.poll(selected).toContain('in the shadow ');
    await page.evaluate(() => getSelection()?.selectAllChildren(document.getElementById('host') as Element));
    await expect.poll(selected).toEqual(['slotted']);
  });

  it('should be told in frames of the same origin once the consumer is there', async () => {
    await open();
    const inside = page.frameLocator('#frame');
    await inside.locator('#inside').dblclick({ position: { x: 10, y: 8 } });
    await expect.poll(selected).toEqual(['inside']);
    await inside.locator('#field').focus();
    await inside.locator('#field').evaluate((field: HTMLInputElement) => field.setSelectionRange(1, 3));
    await expect.poll(selected).toContain('ra');
    await page.evaluate(() => document.getElementById('frame')?.remove());
    await expect.poll(selected).toEqual([]);
  });

  it('should follow the page as it changes under it, and come again with a keyframe', async () => {
    await open();
    await select('#one 4', '#b 5');
    await expect.poll(selected).toEqual(['quick brown']);
    await page.evaluate(() => (document.getElementById('one')?.firstChild as Text).insertData(0, 'See: '));
    await expect.poll(selected).toEqual(['quick brown']);
    await page.evaluate(() => document.getElementById('room')?.append(document.getElementById('b') as Element));
    await expect.poll(selected).toHaveLength(1);
    await page.evaluate(() => {
      window.lab.capture.keyframe();
      window.lab.capture.flush();
    });
    await expect.poll(selected).toHaveLength(1);
    expect((await selected())[0]).toMatch(/^quick /);
  });

  it('should have bounds, whatever is selected', async () => {
    await open(Array.from({ length: 30_000 }, (_, n) => `<p>text ${n}<i data-tandem-mask>x</i></p>`).join(''));
    await page.evaluate(() => getSelection()?.selectAllChildren(document.body));
    await expect.poll(async () => ((await state('selection')) as unknown[] | undefined)?.length, { timeout: 5_000 }).toBe(64);
  });

  it('should not be told any more once the session is over', async () => {
    await open();
    await page.evaluate(() => {
      (window as unknown as { stopTelling(): void }).stopTelling();
      window.lab.capture.stop();
    });
    const before = await frames();
    await select('#one 0', '#b 5');
    await page.evaluate(() => new Promise((resume) => requestAnimationFrame(() => requestAnimationFrame(resume))));
    expect(await frames()).toBe(before);
  });
});

describe('an open list', () => {
  const LISTS = `<select id="size"><option>S<option>M</select><select id="card" autocomplete="cc-type"><option>Visa<option>Amex</select>
    <button id="pick">pick</button><div id="host"></div><select id="box" size="3"><option>a<option>b</select>
    <script>document.getElementById('host').attachShadow({ mode: 'open' }).innerHTML = '<select id="deep"><option>x<option>y</select>';
    document.getElementById('pick').onclick = () => document.getElementById('size').showPicker();</script>`;
  const openList = (): Promise<unknown> => state('state 2');

  it('should be told when it opens and closes, by mouse, key or script', async () => {
    await open(LISTS);
    const size = await idOf('#size');
    await page.locator('#size').click();
    await expect.poll(openList).toEqual([size]);
    await page.keyboard.press('Escape');
    await expect.poll(openList).toEqual([]);
    await page.locator('#size').focus();
    await page.keyboard.press('Alt+ArrowDown');
    await expect.poll(openList).toEqual([size]);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await expect.poll(openList).toEqual([]);
    expect(await page.locator('#size').inputValue()).toBe('M');
    await page.locator('#pick').click();
    await expect.poll(openList).toEqual([size]);
    await page.evaluate(() => document.getElementById('size')?.remove());
    await expect.poll(openList).toEqual([]);
  });

  it('should be told in shadow roots, not of list boxes, and not where it is masked', async () => {
    await open(LISTS);
    await page.locator('#deep').click();
    const deep = await page.evaluate(() =>
      window.lab.capture.idOf(document.getElementById('host')?.shadowRoot?.firstElementChild as Element),
    );
    await expect.poll(openList).toEqual([deep]);
    await page.keyboard.press('Escape');
    await expect.poll(openList).toEqual([]);
    const before = await frames();
    await page.locator('#card').click();
    expect(await page.evaluate(() => document.getElementById('card')?.matches(':open'))).toBe(true);
    await page.evaluate(() => window.lab.capture.flush());
    expect(await openList()).toEqual([]);
    await page.keyboard.press('Escape');
    await page.locator('#box').click();
    await page.evaluate(() => window.lab.capture.flush());
    expect(await openList()).toEqual([]);
    expect(await frames()).toBeGreaterThan(before);
  });

  it('should be told by events where the browser does not say it', async () => {
    await open(LISTS);
    await page.evaluate(() => {
      CSS.supports = () => false;
      (window as unknown as { stopTelling(): void }).stopTelling();
      window.tandemLab.tellState(window.lab);
    });
    const size = await idOf('#size');
    await page.locator('#size').click();
    await expect.poll(openList).toEqual([size]);
    await page.keyboard.press('Escape');
    await expect.poll(openList).toEqual([]);
    await page.locator('#size').press('Space');
    await expect.poll(openList).toEqual([size]);
    await page.keyboard.press('Tab');
    await expect.poll(openList).toEqual([]);
    await page.evaluate(() => document.getElementById('size')?.addEventListener('mousedown', (event) => event.preventDefault()));
    await page.locator('#size').click();
    await page.evaluate(() => window.lab.capture.flush());
    expect(await openList()).toEqual([]);
  });
});

describe('the target of the address', () => {
  const PARTS = '<h2 id="first">1</h2><h2 id="zwei &amp; drei">2</h2><a name="old">3</a><a id="to" href="#first">to</a>';

  it('should be told as styles have it', async () => {
    await open(PARTS, '/#first');
    await expect.poll(() => state('state 1')).toEqual([await idOf('#first')]);
    await page.evaluate(() => (location.hash = 'zwei%20%26%20drei'));
    await expect.poll(() => state('state 1')).toEqual([await idOf('h2:last-of-type')]);
    await page.evaluate(() => (location.hash = 'old'));
    await expect.poll(() => state('state 1')).toEqual([await idOf('[name=old]')]);
    await page.evaluate(() => (location.hash = 'nothing'));
    await expect.poll(() => state('state 1')).toEqual([]);
  });

  it('should stay what it is when a script only writes another address', async () => {
    await open(PARTS, '/#first');
    const first = await idOf('#first');
    await expect.poll(() => state('state 1')).toEqual([first]);
    await page.evaluate(() => {
      history.pushState(null, '', '#old');
      window.lab.capture.keyframe();
      window.lab.capture.flush();
    });
    await expect.poll(() => state('state 1')).toEqual([first]);
  });
});

describe('the part that is on the screen', () => {
  it('should be told when two fingers make it larger, and when it is all again', async () => {
    await open('<div style="height:3000px">tall</div>');
    expect(await state('visible')).toBeUndefined();
    const devtools = await page.context().newCDPSession(page);
    await devtools.send('Emulation.setPageScaleFactor', { pageScaleFactor: 2 });
    await expect.poll(() => state('visible')).toEqual([0, 0, 512, 350]);
    await page.evaluate(() => {
      window.lab.capture.keyframe();
      window.lab.capture.flush();
    });
    await expect.poll(() => state('visible')).toEqual([0, 0, 512, 350]);
    await devtools.send('Emulation.setPageScaleFactor', { pageScaleFactor: 1 });
    await expect.poll(() => state('visible')).toEqual([0, 0, 0, 0]);
  });
});
