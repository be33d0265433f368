import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { build } from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import type { Action } from '../../src/protocol/action.ts';
import { FrameType } from '../../src/protocol/frame-type.ts';
import { launchChromium, type LocalServer, serve } from '../browser.ts';
import type * as Lab from './lab.ts';
import { LAB_PAGE } from './lab-page.ts';

declare global {
  interface Window {
    readonly hand: typeof Lab;
    heard: string[];
  }
}

let browser: Browser;
let page: Page;
let server: LocalServer;

beforeAll(async () => {
  const entry = new URL('lab.ts', import.meta.url).pathname;
  const bundled = await build({ entryPoints: [entry], bundle: true, write: false, format: 'iife', globalName: 'hand', target: 'es2022' });
  server = await serve((_, response) => response.writeHead(200, { 'Content-Type': 'text/html' }).end(LAB_PAGE));
  browser = await launchChromium();
  page = await browser.newPage();
  await page.addInitScript(() => Object.assign(window, { heard: [] }));
  lab = bundled.outputFiles[0]?.text ?? '';
});
afterAll(async () => {
  await browser.close();
  await server.close();
});

let lab: string;

beforeEach(async () => {
  await page.goto(server.origin);
  await page.addScriptTag({ content: lab });
});

type Without<T> = T extends { node: number } ? Omit<T, 'node'> : never;
const CENTRE = { x: 0x7fff, y: 0x7fff };

const on = (selector: string, action: Without<Action>): Promise<string> =>
  page.evaluate(([path, rest]) => window.hand.act({ ...rest, node: window.hand.id(path) }), [selector, action] as const);
const click = (selector: string, changes: { button?: number; clicks?: number; modifiers?: number } = {}): Promise<string> =>
  on(selector, { type: FrameType.CLICK, ...CENTRE, button: 0, modifiers: 0, clicks: 1, ...changes });
const input = (selector: string, value: string, commit = false): Promise<string> => on(selector, { type: FrameType.INPUT, value, commit });
const key = (selector: string, name: string, modifiers = 0): Promise<string> => on(selector, { type: FrameType.KEY, key: name, modifiers });
const choose = (selector: string, ...indices: number[]): Promise<string> => on(selector, { type: FrameType.SELECT, indices });
const listen = (selector: string, ...types: string[]): Promise<void> =>
  page.evaluate(
    ([path, names]) => {
      for (const name of names) document.querySelector(path)?.addEventListener(name, () => window.heard.push(name));
    },
    [selector, types] as const,
  );
const heard = (): Promise<string[]> => page.evaluate(() => window.heard);
const value = (selector: string): Promise<string> => page.locator(selector).inputValue();
const hash = (): Promise<string> => page.evaluate(() => location.hash);
const focused = (): Promise<string> => page.evaluate(() => document.activeElement?.id ?? '');

describe('a click', () => {
  it('should make every event of a person, in order', async () => {
    const types = [
      'pointerover',
      'pointerenter',
      'mouseover',
      'mouseenter',
      'pointermove',
      'mousemove',
      'pointerdown',
      'mousedown',
      'focus',
    ];
    const rest = ['pointerup', 'mouseup', 'click', 'dblclick'];
    await listen('#button', ...types, ...rest);
    expect(await click('#button')).toBe('applied');
    expect(await heard()).toEqual([...types, ...rest.slice(0, -1)]);
    expect(await click('#button', { clicks: 2 })).toBe('applied');
    expect((await heard()).at(-1)).toBe('dblclick');
  });

  it('should be where it was made', async () => {
    const at = await page.evaluate(() => {
      const button = document.querySelector('#button') as HTMLElement;
      const { left, top, width, height } = button.getBoundingClientRect();
      let place = [0, 0];
      button.onclick = (event) => (place = [(event.clientX - left) / width, (event.clientY - top) / height]);
      window.hand.act({ type: 0x80, node: window.hand.id('#button'), x: 0x3fff, y: 0xbfff, button: 0, modifiers: 0, clicks: 1 });
      return place;
    });
    expect(at[0]).toBeCloseTo(0.25, 1);
    expect(at[1]).toBeCloseTo(0.75, 1);
  });

  it('should leave what it pointed at before', async () => {
    await listen('#button', 'mouseout', 'mouseleave', 'pointerleave');
    await click('#button');
    await click('#terms');
    expect((await heard()).sort()).toEqual(['mouseleave', 'mouseout', 'pointerleave']);
  });

  it('should tick boxes and pick one of several, by label too', async () => {
    await click('#terms');
    expect(await page.locator('#terms').isChecked()).toBe(true);
    await click('#label');
    expect(await page.locator('#terms').isChecked()).toBe(false);
    await click('#large');
    expect(await page.locator('#small').isChecked()).toBe(false);
  });

  it('should follow a link of this page, and keep one for another window in this tab', async () => {
    await click('#link');
    expect(await hash()).toBe('#there');
    await click('#blank');
    expect(await hash()).toBe('#blank');
    expect(await page.getAttribute('#blank', 'target')).toBe('_blank');
    expect(browser.contexts()[0]?.pages()).toHaveLength(1);
  });

  it('should submit a form by its button', async () => {
    await click('#submit');
    expect(await heard()).toEqual(['submit form']);
  });

  it('should reach into shadow roots and frames', async () => {
    await page.evaluate(() => {
      const shady = document.querySelector('#host')?.shadowRoot?.querySelector('button') as HTMLElement;
      const deep = document.querySelector('iframe')?.contentDocument?.querySelector('button') as HTMLElement;
      shady.onclick = () => window.heard.push('shady');
      deep.onclick = () => window.heard.push('deep');
    });
    await click('#host >> #shady');
    await click('#frame >> #deep');
    await input('#frame >> #deep-text', 'far');
    expect(await heard()).toEqual(['shady', 'deep']);
    expect(await page.frameLocator('#frame').locator('#deep-text').inputValue()).toBe('far');
  });

  it('should not take the focus from a consumer who is typing', async () => {
    await page.locator('#other').focus();
    await page.evaluate(() => window.hand.setTyping(true));
    await click('#text');
    expect(await focused()).toBe('other');
    await page.evaluate(() => window.hand.setTyping(false));
    await click('#text');
    expect(await focused()).toBe('text');
  });

  it('should fire the menu of the secondary button and no click', async () => {
    await listen('#button', 'click', 'contextmenu');
    await click('#button', { button: 2 });
    expect(await heard()).toEqual(['contextmenu']);
  });

  it.each([
    ['#password', 'masked'],
    ['#password-label', 'masked'],
    ['#file', 'file-input'],
    ['#file-label', 'file-input'],
    ['#proof', 'agent-proof'],
    ['#foreign', 'not-allowed-url'],
    ['#script', 'not-allowed-url'],
    ['#mail', 'not-allowed-url'],
    ['#download', 'not-allowed-url'],
    ['#rect', 'not-allowed-url'],
    ['#away-button', 'not-allowed-url'],
  ])('should refuse %s: %s', async (selector, reason) => {
    await page.evaluate(() => addEventListener('click', () => window.heard.push('click'), true));
    expect(await click(selector)).toBe(reason);
    expect(await heard()).toEqual([]);
    expect(await page.evaluate(() => 'hacked' in window)).toBe(false);
  });

  it('should refuse the middle button on a link', async () => {
    expect(await click('#link', { button: 1 })).toBe('not-allowed-url');
  });
});

describe('typing', () => {
  it('should change a field as keys do, and commit by change', async () => {
    await listen('#text', 'keydown', 'beforeinput', 'input', 'keyup', 'change');
    expect(await input('#text', 'abc')).toBe('applied');
    expect(await value('#text')).toBe('abc');
    expect(await heard()).toEqual(['keydown', 'beforeinput', 'input', 'keyup']);
    await input('#text', 'abc', true);
    expect((await heard()).at(-1)).toBe('change');
  });

  it('should keep the bounds of the field, and its line breaks', async () => {
    await input('#short', 'abcdef');
    expect(await value('#short')).toBe('abc');
    await input('#area', 'one\ntwo');
    expect(await value('#area')).toBe('one\ntwo');
    await input('#number', '42');
    expect(await value('#number')).toBe('42');
  });

  it("should leave the consumer's caret where it is", async () => {
    await page.locator('#text').focus();
    await page.evaluate(() => (document.querySelector('#text') as HTMLInputElement).setSelectionRange(1, 1));
    await input('#text', 'abXYZ');
    expect(await page.evaluate(() => (document.querySelector('#text') as HTMLInputElement).selectionStart)).toBe(1);
  });

  it('should write into an editing host through its own door', async () => {
    await page.evaluate(() => {
      document.querySelector('#editor')?.addEventListener('beforeinput', (event) => window.heard.push((event as InputEvent).inputType));
    });
    await input('#editor', 'Hello world');
    expect(await page.textContent('#editor')).toBe('Hello world');
    expect(await heard()).toContain('insertText');
    for (const text of ['Hello world\n', 'Hello world\na', 'Hello world\nab']) await input('#editor', text);
    expect(await page.locator('#editor').innerText()).toMatch(/^Hello world\n+ab\n*$/);
    await input('#editor', 'Hello worldab');
    expect((await page.locator('#editor').innerText()).trim()).toBe('Hello worldab');
  });

  it.each([
    ['#locked', 'not-editable'],
    ['#disabled', 'not-editable'],
    ['#terms', 'not-editable'],
    ['#button', 'not-editable'],
    ['#password', 'masked'],
    ['#file', 'file-input'],
  ])('should refuse %s: %s', async (selector, reason) => {
    expect(await input(selector, 'x')).toBe(reason);
  });

  it('should choose options, but none that is disabled or not there', async () => {
    await listen('#select', 'input', 'change');
    expect(await choose('#select', 2)).toBe('applied');
    expect(await value('#select')).toBe('c');
    expect(await heard()).toEqual(['input', 'change']);
    expect(await choose('#select', 1)).toBe('not-editable');
    expect(await choose('#select', 9)).toBe('not-editable');
    await choose('#many', 0, 2);
    expect(
      await page.evaluate(() => [...(document.querySelector('#many') as HTMLSelectElement).selectedOptions].map((o) => o.text)),
    ).toEqual(['a', 'c']);
  });
});

describe('a key', () => {
  it('should submit by Enter as the browser does', async () => {
    await listen('#submit', 'click');
    expect(await key('#query', 'Enter')).toBe('applied');
    expect(await heard()).toEqual(['click', 'submit form']);
    await input('#single', 'tent');
    await key('#single', 'Enter');
    await page.waitForURL('**/?q=tent#lonely');
  });

  it('should leave Enter to a page that handles it', async () => {
    await page.evaluate(() => document.querySelector('#query')?.addEventListener('keydown', (event) => event.preventDefault()));
    await key('#query', 'Enter');
    expect(await heard()).toEqual([]);
  });

  it.each([
    ['#away-field', 'Enter', 'not-allowed-url'],
    ['#guarded-field', 'Enter', 'agent-proof'],
    ['#foreign', 'Enter', 'not-allowed-url'],
    ['#password', 'a', 'masked'],
    ['#file', ' ', 'file-input'],
  ])('should refuse on %s what %s would set off', async (selector, name, reason) => {
    expect(await key(selector, name)).toBe(reason);
    expect(await heard()).toEqual([]);
  });

  it('should edit at the caret', async () => {
    await page.evaluate(() => (document.querySelector('#text') as HTMLInputElement).setSelectionRange(1, 1));
    await key('#text', 'x');
    expect(await value('#text')).toBe('axb');
    await key('#text', 'Backspace');
    expect(await value('#text')).toBe('ab');
    await key('#text', 'Delete');
    expect(await value('#text')).toBe('a');
  });

  it('should move the focus by Tab', async () => {
    await page.locator('#text').focus();
    await key('#text', 'Tab');
    expect(await focused()).toBe('short');
    await key('#short', 'Tab', 8);
    expect(await focused()).toBe('text');
  });

  it('should close a modal dialog by Escape', async () => {
    await page.evaluate(() => (document.querySelector('#dialog') as HTMLDialogElement).showModal());
    await key('#in-dialog', 'Escape');
    expect(await page.evaluate(() => (document.querySelector('#dialog') as HTMLDialogElement).open)).toBe(false);
  });

  it('should step through numbers, choices and options', async () => {
    await key('#number', 'ArrowUp');
    expect(await value('#number')).toBe('4');
    await key('#small', 'ArrowDown');
    expect(await page.locator('#large').isChecked()).toBe(true);
    await key('#select', 'ArrowDown');
    expect(await value('#select')).toBe('c');
  });

  it('should press buttons and boxes by the space bar', async () => {
    await listen('#button', 'click');
    await key('#button', ' ');
    await key('#terms', ' ');
    expect(await heard()).toEqual(['click']);
    expect(await page.locator('#terms').isChecked()).toBe(true);
  });
});

describe('guiding and navigating', () => {
  it('should scroll the page and a box', async () => {
    await page.evaluate(() => window.hand.act({ type: 0x85, node: 1, left: 0, top: 400 }));
    expect(await page.evaluate(() => scrollY)).toBe(400);
    await on('#box', { type: FrameType.SCROLL_TO, left: 30, top: 60 });
    expect(await page.evaluate(() => document.querySelector('#box')?.scrollTop)).toBe(60);
  });

  const navigate = (url: string): Promise<string> =>
    page.evaluate((to) => window.hand.act({ type: 0x84, to: { kind: 'url', url: to } }), url);

  it('should stay on the pages of the brand', async () => {
    for (const url of [
      'https://elsewhere.example/',
      'javascript:alert(1)',
      'data:text/html,x',
      'file:///etc/passwd',
      'blob:x',
      '//elsewhere.example',
      'http://',
    ]) {
      expect(await navigate(url), url).toBe('not-allowed-url');
    }
    expect(await navigate('/somewhere?x#y')).toBe('applied');
    await page.waitForURL('**/somewhere?x#y');
  });

  it('should not go back to where the consumer was before the brand', async () => {
    const fresh = await browser.newPage();
    await fresh.goto('data:text/html,before');
    await fresh.goto(server.origin);
    await fresh.addScriptTag({ content: lab });
    expect(await fresh.evaluate(() => window.hand.act({ type: 0x84, to: { kind: 'back' } }))).toBe('not-allowed-url');
    await fresh.close();
  });
});

describe('an action', () => {
  it('should be carried out once, over a reload too', async () => {
    const results = await page.evaluate(() => {
      const { act, id, reload } = window.hand;
      const click: Action = { type: 0x80, node: id('#terms'), x: 1, y: 1, button: 0, modifiers: 0, clicks: 1 };
      const box = document.querySelector('#terms') as HTMLInputElement;
      const sequence = 1 + window.hand.sequenceNow();
      const first = [act(click, { sequence }), box.checked];
      const again = [act(click, { sequence }), box.checked];
      reload();
      return [first, again, [act(click, { sequence, epoch: 6 }), box.checked]];
    });
    expect(results.flat()).toEqual(['applied', true, 'applied', true, 'applied', true]);
  });

  it('should be refused on another page, by nobody known, on nothing, in nonsense', async () => {
    const results = await page.evaluate(() => {
      const { act, id } = window.hand;
      const click = { type: 0x80, node: id('#terms'), x: 1, y: 1, button: 0, modifiers: 0, clicks: 1 } as const;
      const gone = document.querySelector('#other') as HTMLElement;
      const removed = id('#other');
      gone.remove();
      return [
        act(click, { epoch: 6 }),
        act(click, { sender: 9, sequence: 1 }),
        act({ ...click, node: 999 }),
        act({ ...click, node: removed }),
        act({ ...click, button: 7 }),
      ];
    });
    expect(results).toEqual(['stale-epoch', 'not-active', 'no-such-node', 'no-such-node', 'malformed']);
    expect(await page.locator('#terms').isChecked()).toBe(false);
  });

  it('should leave the focus where the consumer types, whatever would move it', async () => {
    await page.locator('#password').focus();
    await page.evaluate(() => window.hand.setTyping(true));
    const results = [
      await on('#text', { type: FrameType.FOCUS }),
      await key('#text', 'Tab'),
      await key('#small', 'ArrowRight'),
      await input('#editor', 'Hello you'),
      await input('#text', 'typed'),
    ];
    expect(results).toEqual([...Array<string>(4).fill('consumer-typing'), 'applied']);
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('password');
    await page.evaluate(() => window.hand.setTyping(false));
  });

  it('should edit no other field than the one it names', async () => {
    await page.locator('#password').fill('geheim');
    expect(await key('#editor', 'x')).toBe('applied');
    expect(await key('#editor', 'Backspace')).toBe('applied');
    expect(await value('#password')).toBe('geheim');
    expect(await page.locator('#editor').textContent()).toBe('Hello');
  });

  it('should be answered though the page throws, or takes the link away, while it is carried out', async () => {
    await page.evaluate(() => {
      const number = document.querySelector<HTMLInputElement>('#number');
      if (number) number.step = 'any';
      document.querySelector('#link')?.addEventListener('mousedown', (event) => (event.currentTarget as Element).remove());
      Object.assign(document.querySelector('#box') ?? {}, { scrollTo: 'broken' });
    });
    expect(await key('#number', 'ArrowUp')).toBe('applied');
    expect(await value('#number')).toBe('4');
    expect(await click('#link')).toBe('applied');
    expect(await on('#box', { type: FrameType.SCROLL_TO, left: 0, top: 10 })).toBe('applied');
  });

  it.each([
    ['active', 'view-only', ['mode-forbids', 'mode-forbids', 'mode-forbids', 'mode-forbids', 'applied', 'applied']],
    ['paused', 'shared', Array<string>(6).fill('not-active')],
    ['waiting', 'shared', Array<string>(6).fill('not-active')],
    ['ended', 'shared', Array<string>(6).fill('not-active')],
  ] as const)('should be checked by the tag itself: %s, %s', async (state, mode, expected) => {
    await page.evaluate(([now, how]) => window.hand.stand(now, how), [state, mode] as const);
    const results = [
      await click('#button'),
      await input('#text', 'x'),
      await key('#text', 'x'),
      await page.evaluate(() => window.hand.act({ type: 0x84, to: { kind: 'reload' } })),
      await on('#box', { type: FrameType.SCROLL_TO, left: 0, top: 10 }),
      await on('#button', { type: FrameType.WIGGLE }),
    ];
    expect(results).toEqual(expected);
    expect(await value('#text')).toBe('ab');
  });
});
