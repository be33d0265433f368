import { build } from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
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
let lab: string;

beforeAll(async () => {
  const entry = new URL('lab.ts', import.meta.url).pathname;
  const bundled = await build({ entryPoints: [entry], bundle: true, write: false, format: 'iife', globalName: 'hand', target: 'es2022' });
  server = await serve((_, response) => response.writeHead(200, { 'Content-Type': 'text/html' }).end(LAB_PAGE));
  browser = await launchChromium();
  page = await browser.newPage();
  lab = bundled.outputFiles[0]?.text ?? '';
});
beforeEach(async () => {
  await page.goto(server.origin);
  await page.addScriptTag({ content: lab });
});
afterAll(async () => {
  await browser.close();
  await server.close();
});

const heard = (): Promise<string[]> => page.evaluate(() => window.heard);

type Without<T> = T extends { node: number } ? Omit<T, 'node'> : never;

const on = (path: string, action: Without<Action>): Promise<string> =>
  page.evaluate(([wanted, rest]) => window.hand.act({ ...rest, node: window.hand.id(wanted) }), [path, action] as const);
const key = (path: string, name: string): Promise<string> => on(path, { type: FrameType.KEY, key: name, modifiers: 0 });

describe('an agent in a closed shadow root', () => {
  it('should click and type there, and go through it by Tab', async () => {
    await page.evaluate(() => {
      const host = document.querySelector('#text')?.insertAdjacentElement('afterend', document.createElement('div')) as Element;
      host.id = 'shut';
      const root = host.attachShadow({ mode: 'closed' });
      root.innerHTML = '<button id=first>first</button><input id=second><span></span>';
      window.hand.closed.set(host, root);
      const [first, second] = [...root.querySelectorAll('button,input')] as [HTMLElement, HTMLInputElement];
      first.addEventListener('click', (event) => window.heard.push(`${event.type} ${event.composedPath().length}`));
      second.addEventListener('input', () => window.heard.push(second.value));
      root.addEventListener('focusin', (event) => window.heard.push((event.target as Element).id));
    });
    const click = { type: FrameType.CLICK, x: 0x7fff, y: 0x7fff, button: 0, modifiers: 0, clicks: 1 } as const;
    expect(await on('#shut >> #first', click)).toBe('applied');
    expect(await on('#shut >> #second', { type: FrameType.INPUT, value: 'x', commit: false })).toBe('applied');
    await page.locator('#other').focus();
    for (const from of ['#text', '#shut >> #first', '#shut >> #second']) expect(await key(from, 'Tab')).toBe('applied');
    // Through button, root, host, body, html, document and window.
    expect(await heard()).toEqual(['first', 'click 7', 'x', 'first', 'second']);
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('short');
  });
});

describe('a consumer in a closed shadow root', () => {
  it('should be seen where they point, type and press, and not at its host', async () => {
    await page.evaluate(() => {
      const host = document.body.insertAdjacentElement('afterbegin', document.createElement('div')) as Element;
      host.id = 'shut';
      const root = host.attachShadow({ mode: 'closed' });
      root.innerHTML =
        '<p id=around style="margin:0;height:60px"><input id=field style="height:20px"></p><iframe id=inner style="height:60px"></iframe>';
      window.hand.closed.set(host, root);
      for (const name of ['around', 'field', 'inner']) window.hand.id(`#shut >> #${name}`);
      const body = (root.querySelector('iframe') as HTMLIFrameElement).contentDocument?.body as HTMLElement;
      body.innerHTML = '<button id=deep style="width:90%;height:40px">deep</button>';
      const ids = Object.fromEntries(
        ['#shut >> #around', '#shut >> #field', '#shut >> #inner >> #deep'].map((path) => [window.hand.id(path), path.replace(/.*#/, '')]),
      );
      const pointing = window.hand.watchPointing((pointer) => {
        const name = `${pointer.type.toString(16)} ${ids[pointer.node] ?? pointer.node}`;
        // A pointer that rests is told again when the page moves under it.
        if (!window.heard.includes(name)) window.heard.push(name);
      });
      Object.assign(window, { pointing, root });
    });
    const place = (path: string): Promise<{ x: number; y: number }> =>
      page.evaluate((wanted) => {
        const { root } = window as unknown as { root: ShadowRoot };
        const { left, top, width, height } = (root.querySelector(wanted) as Element).getBoundingClientRect();
        return { x: left + width / 2, y: top + height - 6 };
      }, path);
    const [around, field, frame] = [await place('#around'), await place('#field'), await place('#inner')];
    await page.mouse.move(around.x, around.y);
    await page.mouse.move(field.x, field.y);
    await page.mouse.click(field.x, field.y);
    await page.keyboard.press('a');
    expect(await page.evaluate(() => (window as unknown as { pointing: { isTyping(): boolean } }).pointing.isTyping())).toBe(true);
    await page.mouse.move(frame.x, frame.y - 20);
    await page.mouse.move(frame.x - 2, frame.y - 20);
    await expect.poll(heard).toEqual(['c0 around', 'c0 field', 'c1 field', 'c2 field', 'c0 deep']);
  });
});
