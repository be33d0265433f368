import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { bundleLab, launch, openPage } from './browser.ts';

let browser: Browser;
let lab: string;
let page: Page;

beforeAll(async () => {
  browser = await launch();
  lab = await bundleLab();
});
afterAll(() => browser.close());
afterEach(() => page.close());

/** Opens a page and captures it; the page's own scripts run first. */
async function capture(html: string, files: Readonly<Record<string, string>> = {}): Promise<void> {
  page = await openPage(browser, lab, { '/': `<!doctype html>${html}`, ...files });
  await page.evaluate(async () => {
    window.lab = window.tandemLab.start();
    window.lab.capture.keyframe();
    window.lab.capture.flush();
    await window.lab.whole();
  });
}

/** Runs a script in the page, then a flush; the result is what it returns. */
async function change<T>(script: () => T | Promise<T>): Promise<T> {
  const result = await page.evaluate(script);
  await page.evaluate(() => {
    window.lab.capture.flush();
  });
  return result;
}

const state = (selector: string): Promise<Record<string, unknown>> =>
  page.evaluate((wanted) => window.lab.nodeOf(document.querySelector(wanted) as Element).state, selector);
const sheet = (selector: string): Promise<string> =>
  page.evaluate(
    (wanted) => (window.lab.mirror.sheets.get(window.lab.capture.idOf(document.querySelector(wanted) as Element)) ?? []).join(' '),
    selector,
  );
const difference = (): Promise<string> => page.evaluate(() => window.lab.difference());
const sent = (): Promise<string> => page.evaluate(() => window.lab.sentText());

describe('a keyframe', () => {
  it('should hold the tree as it is, without what must not be mirrored', async () => {
    await capture(`<html><head><script nonce="n1">var secretCode = 1</script><noscript>no script</noscript></head>
      <body onload="void 'handler'"><!-- a comment --><a href=" java\tscript:void 'scheme'">x</a><iframe srcdoc="<p>inner</p>"></iframe>
      <tandem-ui>own</tandem-ui><svg viewBox="0 0 1 1"><use xlink:href="#a"/></svg><template><i>inert</i></template></body></html>`);
    const text = await sent();
    for (const secret of ['secretCode', 'n1', 'handler', 'a comment', 'scheme', '<p>', 'tandem-ui', 'inert', 'no script']) {
      expect(text, secret).not.toContain(secret);
    }
    expect(text).toContain('xlink:href');
    expect(text).toContain('inner');
  });

  it('should keep ids over repeated keyframes and give new nodes new ones', async () => {
    await capture('<p id=a>one</p><p id=b>two</p>');
    const before = await change(() => ['a', 'b'].map((id) => window.lab.capture.idOf(document.getElementById(id) as Element)));
    const after = await change(() => {
      document.getElementById('a')?.before(document.createElement('hr'));
      window.lab.capture.keyframe();
      window.lab.capture.flush();
      return ['a', 'b'].map((id) => window.lab.capture.idOf(document.getElementById(id) as Element));
    });
    expect(after).toEqual(before);
    expect(await difference()).toBe('');
    expect(await page.evaluate(() => window.lab.capture.nodeOf(window.lab.capture.idOf(document.body)) === document.body)).toBe(true);
  });

  it('should be read and sent in slices, with what changes meanwhile following it', async () => {
    await capture('<ul></ul>');
    const result = await page.evaluate(async () => {
      const list = document.querySelector('ul') as Element;
      const rows = Array.from(
        { length: 8_000 },
        (_, i) => `<li class="row-${i % 7}"><b>${i * 7919}</b> of ${i ^ 0x5555}, which is row number ${i} of the list</li>`,
      );
      list.innerHTML = rows.join('');
      window.lab.frames.length = 0;
      window.lab.capture.keyframe();
      // Changes in what is sent already, in what is not, and from one to the other, while the walk goes on.
      for (let i = 0; i < 400 && !window.lab.capture.isWhole; i++) {
        await new Promise((resolve) => setTimeout(resolve, 1));
        list.firstElementChild?.remove();
        list.children[i]?.setAttribute('title', `t${i}`);
        list.insertBefore(list.lastElementChild as Element, list.children[3] as Element);
        list.insertBefore(list.children[5] as Element, list.children[list.children.length - 5] as Element);
      }
      return window.lab.whole();
    });
    expect(result).toBe('');
  });

  it('should be cut into chunks that share one history', async () => {
    await capture('<style>i { position: absolute; top: 0 }</style><p></p>');
    const flags = await change(() => {
      const rows = Array.from(
        { length: 10_000 },
        (_, i) => `<i class="row-${i % 7}">${i * 7919} of ${i ^ 0x5555}, which is row number ${i} of some thousands</i>`,
      );
      (document.querySelector('p') as Element).innerHTML = rows.join('');
      window.lab.frames.length = 0;
      window.lab.capture.keyframe();
      window.lab.capture.flush();
      return window.lab.frames.map((frame) => frame.flags);
    });
    expect(flags.length).toBeGreaterThan(2);
    expect(flags).toEqual([5, ...flags.slice(2).map(() => 7), 3]);
    expect(await difference()).toBe('');
  });

  it('should tell mode, viewport, scroll, focus and form state', async () => {
    page = await openPage(browser, lab, {
      '/': `<style>#box{height:50px;overflow:scroll}</style><div id=box><div style="height:900px"></div></div>
        <input id=text value=old><input id=check type=checkbox checked><textarea id=area>given</textarea>
        <select id=one><option>a<option>b</select><select id=many multiple><option selected>a<option>b<option>c</select>
        <dialog id=dialog>hello</dialog><div style="height:4000px"></div>`,
    });
    await page.evaluate(() => {
      const get = (id: string): HTMLInputElement => document.getElementById(id) as HTMLInputElement;
      const box: Element = get('box');
      box.scrollTop = 33;
      window.scrollTo(0, 40);
      get('text').value = 'new';
      get('check').checked = false;
      get('check').indeterminate = true;
      get('area').value = '';
      (get('one') as Element as HTMLSelectElement).selectedIndex = 1;
      for (const option of (get('many') as Element as HTMLSelectElement).options) option.selected = option.text !== 'a';
      (get('dialog') as Element as HTMLDialogElement).showModal();
      window.lab = window.tandemLab.start({ scrolled: [box] });
      window.lab.capture.keyframe();
      window.lab.capture.flush();
    });
    expect(await page.evaluate(() => window.lab.mirror.root()?.state)).toMatchObject({
      mode: 0,
      width: 1024,
      height: 700,
      scroll: [0, 40],
    });
    expect(await state('#box')).toMatchObject({ scroll: [0, 33] });
    expect(await state('#text')).toEqual({ value: 'new' });
    expect(await state('#check')).toEqual({ checked: 2 });
    expect(await state('#area')).toEqual({ value: '' });
    expect(await state('#one')).toEqual({ selected: [1] });
    expect(await state('#many')).toEqual({ selected: [1, 2] });
    expect(await state('#dialog')).toEqual({ modal: 2 });
  });
});

describe('live changes', () => {
  it('should follow properties that no observer reports', async () => {
    await capture(
      '<form><input id=text value=a><input id=check type=checkbox><select id=one><option>a<option>b</select></form><dialog>d</dialog>',
    );
    await page.locator('#text').fill('typed');
    await change(() => {
      (document.getElementById('check') as HTMLInputElement).checked = true;
      (document.getElementById('one') as HTMLSelectElement).value = 'b';
      document.querySelector('dialog')?.showModal();
    });
    expect(await state('#text')).toEqual({ value: 'typed' });
    expect(await state('#check')).toEqual({ checked: 1 });
    expect(await state('#one')).toEqual({ selected: [1] });
    expect(await state('dialog')).toEqual({ modal: 2 });
    await change(() => {
      document.querySelector('dialog')?.close();
      document.querySelector('form')?.reset();
      history.pushState(null, '', '/elsewhere?x=1');
      (document.getElementById('text') as HTMLElement).focus();
    });
    expect(await state('#text')).toEqual({ value: 'a' });
    expect(await state('#check')).toEqual({ checked: 0 });
    expect(await state('#one')).toEqual({ selected: [0] });
    expect(await state('dialog')).toEqual({ modal: 0 });
    const top = await page.evaluate(() => ({
      ...window.lab.mirror.state,
      focusId: window.lab.capture.idOf(document.getElementById('text') as Element),
    }));
    expect(top).toMatchObject({ url: 'http://page.test/elsewhere?x=1', focus: (top as { focusId?: number }).focusId });
  });

  it('should follow what is set by script within the poll, without any call or event', async () => {
    await capture('<input id=text value=a>');
    await page.evaluate(() => void ((document.getElementById('text') as HTMLInputElement).value = 'by script'));
    await expect.poll(() => state('#text')).toEqual({ value: 'by script' });
  });

  it('should follow scrolling in boxes, shadow roots and frames, and the size of the window', async () => {
    await capture(`<div id=box style="height:40px;overflow:auto"><p style="height:500px"></div><x-box></x-box>
      <iframe srcdoc="<p style='height:3000px'>"></iframe><script>document.querySelector('x-box').attachShadow({mode:'open'}).innerHTML=
      '<div style="height:40px;overflow:auto"><p style="height:500px"></div>'</script>`);
    await page.evaluate(() => {
      (document.getElementById('box') as Element).scrollTop = 7;
      (document.querySelector('x-box')?.shadowRoot?.firstElementChild as Element).scrollTop = 8;
      (document.querySelector('iframe') as HTMLIFrameElement).contentWindow?.scrollTo(0, 9);
    });
    await page.setViewportSize({ width: 800, height: 600 });
    const read = (): Promise<unknown> =>
      page.evaluate(() => {
        const at = (node: Node): unknown => window.lab.nodeOf(node).state['scroll'];
        const frame = (document.querySelector('iframe') as HTMLIFrameElement).contentDocument as Document;
        const { width, height } = window.lab.mirror.state;
        return [
          at(document.getElementById('box') as Element),
          at(document.querySelector('x-box')?.shadowRoot?.firstElementChild as Element),
          at(frame),
          width,
          height,
        ];
      });
    await expect.poll(read).toEqual([[0, 7], [0, 8], [0, 9], 800, 600]);
  });

  it('should hold changes back while the carrier is full, and coalesce them', async () => {
    await capture('<p>0</p>');
    const frames = await page.evaluate(async () => {
      window.lab.frames.length = 0;
      window.lab.hasRoomFor = 0;
      for (let i = 1; i <= 40; i++) {
        (document.querySelector('p') as Element).firstChild!.nodeValue = String(i);
        await new Promise((resolve) => setTimeout(resolve, 4));
      }
      const held = window.lab.frames.length;
      window.lab.hasRoomFor = Infinity;
      window.lab.capture.goOn();
      await new Promise((resolve) => setTimeout(resolve, 150));
      return [held, window.lab.frames.length];
    });
    expect(frames).toEqual([0, 1]);
    expect(await difference()).toBe('');
  });

  it('should follow shadow roots that are attached late and frames that load another document', async () => {
    await capture('<x-late>light</x-late><iframe id=f src="/one.html"></iframe>', {
      '/one.html': '<p>first</p>',
      '/two.html': '<p>second</p><input value=x>',
    });
    await change(async () => {
      class Late extends HTMLElement {
        connectedCallback(): void {
          this.attachShadow({ mode: 'open' }).innerHTML = '<b>upgraded</b><slot></slot>';
        }
      }
      customElements.define('x-late', Late);
      const frame = document.querySelector('iframe') as HTMLIFrameElement;
      const loaded = new Promise((resolve) => (frame.onload = resolve));
      frame.src = '/two.html';
      await loaded;
    });
    expect(await difference()).toBe('');
    await change(() => {
      const inner = (document.querySelector('iframe') as HTMLIFrameElement).contentDocument as Document;
      inner.body.append('and third');
      (document.querySelector('x-late')?.shadowRoot?.firstElementChild as Element).textContent = 'changed';
    });
    expect(await difference()).toBe('');
    await change(() => {
      const inner = (document.querySelector('iframe') as HTMLIFrameElement).contentDocument as Document;
      inner.open();
      // eslint-disable-next-line @typescript-eslint/no-deprecated -- what old pages do
      inner.write('<h1>written</h1>');
      inner.close();
    });
    await change(() => {
      (document.querySelector('iframe') as HTMLIFrameElement).contentDocument?.querySelector('h1')?.append('!');
    });
    expect(await difference()).toBe('');
  });

  it('should find a shadow root that was attached by another window', async () => {
    await capture('<x-hollow></x-hollow><iframe></iframe>');
    await change(() => {
      const other = (document.querySelector('iframe') as HTMLIFrameElement).contentWindow as Window & typeof globalThis;
      window.lab.capture.flush();
      const pristine = Object.getOwnPropertyDescriptor(other.Element.prototype, 'attachShadow')?.value as Element['attachShadow'];
      pristine.call(document.querySelector('x-hollow') as Element, { mode: 'open' }).append('found');
    });
    expect(await difference()).toBe('');
  });
});

describe('style sheets', () => {
  const css = { '/local.css': '.local { color: red; }\n@media print { p { color: blue } }', '/alt.css': '.alt{}' };

  it('should send text, rules, links and constructed sheets, each with what it is relative to', async () => {
    await capture(
      `<head><link rel=stylesheet href=/local.css><link rel=stylesheet href="http://other.test/foreign.css"><style id=plain>.plain{color:red}</style>
       <style id=speedy></style><style id=mixed>.first{}</style></head><body><x-host></x-host><script>
       speedy.sheet.insertRule('.inserted{top:0}'); mixed.sheet.insertRule('.second{left:0}', 1);
       const s = new CSSStyleSheet(); s.replaceSync('.made{right:0}'); document.adoptedStyleSheets = [s];
       document.querySelector('x-host').attachShadow({mode:'open'}).adoptedStyleSheets = [s];</script>`,
      css,
    );
    expect(await sheet('#plain')).toBe('.plain{color:red}');
    expect(await sheet('#speedy')).toContain('.inserted');
    expect(await sheet('link')).toMatch(/\.local.*@media print/);
    expect(await state('link')).toMatchObject({ base: 'http://page.test/local.css' });
    const adopted = await page.evaluate(() => {
      const root = window.lab.nodeOf(document.querySelector('x-host')?.shadowRoot as ShadowRoot).state['adopted'] as number[];
      return [root, window.lab.nodeOf(document).state['adopted'], window.lab.mirror.sheets.get(root[0] as number)];
    });
    expect(adopted[0]).toEqual(adopted[1]);
    expect(String(adopted[2])).toContain('.made');
    // Found by comparing the text with the rules, when the page is idle.
    await expect.poll(() => sheet('#mixed')).toContain('.second');
  });

  it('should adopt anew in a shadow root that was away', async () => {
    await capture(`<x-host></x-host><script>
      const s = new CSSStyleSheet(); s.replaceSync('.made{right:0}');
      document.querySelector('x-host').attachShadow({mode:'open'}).adoptedStyleSheets = [s];</script>`);
    await change(() => {
      Object.assign(window, { away: document.querySelector('x-host') });
      (window as unknown as { away: Element }).away.remove();
    });
    await change(() => document.body.append((window as unknown as { away: Element }).away));
    const adopted = await page.evaluate(() => {
      const ids = window.lab.nodeOf(document.querySelector('x-host')?.shadowRoot as ShadowRoot).state['adopted'] as number[] | undefined;
      return ids?.map((id) => window.lab.mirror.sheets.get(id)).join();
    });
    expect(adopted).toContain('.made');
  });

  it('should follow rules that scripts insert, delete and change', async () => {
    await capture(`<style id=a>.a{} .b{}</style><style id=off>.x{}</style><script>
      window.s = new CSSStyleSheet(); document.adoptedStyleSheets = [s];</script>`);
    await change(() => {
      const own = (document.getElementById('a') as HTMLStyleElement).sheet as CSSStyleSheet;
      own.insertRule('.c { top: 0px; }', 2);
      own.deleteRule(0);
      (document.getElementById('off') as HTMLStyleElement).sheet!.disabled = true;
      (window as unknown as { s: CSSStyleSheet }).s.replaceSync('.replaced { top: 1px; }');
    });
    expect(await page.evaluate(() => window.lab.sentText())).toContain('.c { top: 0px; }');
    expect(await state('#off')).toMatchObject({ disabled: true });
    expect(await sent()).toContain('.replaced { top: 1px; }');
    await change(() => {
      const own = (document.getElementById('a') as HTMLStyleElement).sheet as CSSStyleSheet;
      (own.cssRules[0] as CSSStyleRule).style.setProperty('left', '5px');
      own.insertRule('@media all { .in { top: 2px; } }');
      (own.cssRules[0] as CSSMediaRule).insertRule('.deep { top: 3px; }');
    });
    expect(await sheet('#a')).toMatch(/deep.*left: 5px/);
    await change(() => void ((document.getElementById('a') as Element).textContent = '.anew{}'));
    expect(await sheet('#a')).toBe('.anew{}');
  });
});

describe('stop', () => {
  it('should leave methods, listeners and observers as they were', async () => {
    page = await openPage(browser, lab, { '/': '<p>hello</p><iframe srcdoc="<b>x"></iframe>' });
    const result = await page.evaluate(async () => {
      const methods = (): unknown[] =>
        [CSSStyleSheet, CSSGroupingRule, CSSStyleDeclaration, Element].flatMap((type) =>
          Object.values(Object.getOwnPropertyDescriptors(type.prototype)).map(({ value }): unknown => value),
        );
      const listeners = new Map<string, number>();
      const count = (by: number) => (name: unknown, listener: unknown) =>
        listeners.set(String(name), (listeners.get(String(name)) ?? 0) + (listener === null ? 0 : by));

      const { addEventListener: add, removeEventListener: remove } = EventTarget.prototype;
      const adding = count(1);
      const removing = count(-1);
      EventTarget.prototype.addEventListener = function (...args) {
        adding(args[0], args[1]);
        add.apply(this, args);
      };
      EventTarget.prototype.removeEventListener = function (...args) {
        removing(args[0], args[1]);
        remove.apply(this, args);
      };
      const before = methods();
      const lab = window.tandemLab.start();
      lab.capture.keyframe();
      lab.capture.flush();
      const wrapped = methods().filter((method, i) => method !== before[i]).length;
      lab.capture.stop();
      const left = methods().filter((method, i) => method !== before[i]).length;
      const frames = lab.frames.length;
      document.body.append('after');
      await new Promise((resolve) => setTimeout(resolve, 120));
      return { wrapped, left, listeners: [...listeners].filter(([, n]) => n !== 0), framesAfter: lab.frames.length - frames };
    });
    expect(result.wrapped).toBeGreaterThan(5);
    expect(result).toMatchObject({ left: 0, listeners: [], framesAfter: 0 });
  });

  it('should leave a method alone that the page wrapped again', async () => {
    await capture('<style id=a></style>');
    const rules = await page.evaluate(() => {
      const ours = CSSStyleSheet.prototype.insertRule;
      const theirs = function (this: CSSStyleSheet, ...args: [string, number?]): number {
        return ours.apply(this, args);
      };
      CSSStyleSheet.prototype.insertRule = theirs;
      window.lab.capture.stop();
      const { sheet } = document.getElementById('a') as HTMLStyleElement;
      sheet?.insertRule('.x{}');
      return [Object.getOwnPropertyDescriptor(CSSStyleSheet.prototype, 'insertRule')?.value === theirs, sheet?.cssRules.length];
    });
    expect(rules).toEqual([true, 1]);
  });
});
