import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { build } from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import type { Action } from '../../src/protocol/action.ts';
import { FrameType } from '../../src/protocol/frame-type.ts';
import { launchChromium, type LocalServer, serve } from '../browser.ts';
import type * as Hand from './lab.ts';

declare global {
  interface Window {
    readonly hand: typeof Hand;
  }
}

/** The same form in both: each field writes what it holds into <output>, and the form counts its submissions. */
const REACT = `
  import { createElement as h, useState } from 'react';
  import { createRoot } from 'react-dom/client';
  function Form() {
    const [state, set] = useState({ name: 'a', gift: false, size: 'S', sent: 0 });
    const put = (change) => set((before) => ({ ...before, ...change }));
    return h('form', { onSubmit: (e) => { e.preventDefault(); set((before) => ({ ...before, sent: before.sent + 1 })); } },
      h('input', { id: 'name', value: state.name, onChange: (e) => put({ name: e.target.value.toUpperCase() }) }),
      h('input', { id: 'gift', type: 'checkbox', checked: state.gift, onChange: (e) => put({ gift: e.target.checked }) }),
      h('select', { id: 'size', value: state.size, onChange: (e) => put({ size: e.target.value }) }, ['S', 'M', 'L'].map((s) => h('option', { key: s }, s))),
      h('button', { id: 'send' }, 'Send'),
      h('output', null, JSON.stringify(state)));
  }
  createRoot(document.body).render(h(Form));`;

const VUE = `
  import { createApp, h, reactive, withDirectives, vModelText, vModelCheckbox, vModelSelect } from 'vue/dist/vue.runtime.esm-bundler.js';
  const state = reactive({ name: 'A', gift: false, size: 'S', sent: 0 });
  createApp({ render: () => h('form', { onSubmit: (e) => { e.preventDefault(); state.sent++; } }, [
    withDirectives(h('input', { id: 'name', 'onUpdate:modelValue': (v) => (state.name = v.toUpperCase()) }), [[vModelText, state.name]]),
    withDirectives(h('input', { id: 'gift', type: 'checkbox', 'onUpdate:modelValue': (v) => (state.gift = v) }), [[vModelCheckbox, state.gift]]),
    withDirectives(h('select', { id: 'size', 'onUpdate:modelValue': (v) => (state.size = v) }, ['S', 'M', 'L'].map((s) => h('option', { value: s }, s))), [[vModelSelect, state.size]]),
    h('button', { id: 'send' }, 'Send'),
    h('output', JSON.stringify(state)),
  ]) }).mount(document.body);`;

const folder = new URL('.', import.meta.url).pathname;

async function bundled(source: { contents: string } | { entry: string }): Promise<string> {
  const { outputFiles } = await build({
    ...('entry' in source ? { entryPoints: [folder + source.entry] } : { stdin: { contents: source.contents, resolveDir: folder } }),
    bundle: true,
    write: false,
    format: 'iife',
    globalName: 'hand',
    define: { 'process.env.NODE_ENV': '"production"', __VUE_OPTIONS_API__: 'true', __VUE_PROD_DEVTOOLS__: 'false' },
  });
  return outputFiles[0]?.text ?? '';
}

describe.each([
  ['React', REACT],
  ['Vue', VUE],
])('a %s page', (_, source) => {
  let browser: Browser;
  let page: Page;
  let server: LocalServer;
  let scripts: readonly string[];

  beforeAll(async () => {
    scripts = await Promise.all([bundled({ contents: source }), bundled({ entry: 'lab.ts' })]);
    server = await serve((__, response) => response.writeHead(200, { 'Content-Type': 'text/html' }).end('<!doctype html><body></body>'));
    browser = await launchChromium();
    page = await browser.newPage();
  });
  afterAll(async () => {
    await browser.close();
    await server.close();
  });
  beforeEach(async () => {
    await page.goto(server.origin);
    for (const content of scripts) await page.addScriptTag({ content });
    await page.locator('#name').waitFor();
  });

  const act = (selector: string, action: object): Promise<string> =>
    page.evaluate(([path, rest]) => window.hand.act({ ...rest, node: window.hand.id(path) } as Action), [selector, action] as const);
  const click = (selector: string): Promise<string> =>
    act(selector, { type: FrameType.CLICK, x: 9, y: 9, button: 0, modifiers: 0, clicks: 1 });
  const expectState = (wanted: object): Promise<void> =>
    expect.poll(async () => JSON.parse((await page.textContent('output')) ?? '') as object).toMatchObject(wanted);

  it('should notice typing, and what it makes of the text should stand', async () => {
    for (const text of ['Ab', 'ABc', 'ABCd']) await act('#name', { type: FrameType.INPUT, value: text, commit: false });
    await expectState({ name: 'ABCD' });
    expect(await page.locator('#name').inputValue()).toBe('ABCD');
  });

  it('should notice ticking, choosing and submitting', async () => {
    await click('#gift');
    await expectState({ gift: true });
    await act('#size', { type: FrameType.SELECT, indices: [2] });
    await expectState({ size: 'L' });
    await click('#send');
    await act('#name', { type: FrameType.KEY, key: 'Enter', modifiers: 0 });
    await expectState({ sent: 2, gift: true, size: 'L' });
  });
});
