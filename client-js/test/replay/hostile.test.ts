import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundle, launchChromium, type LocalServer, serve } from '../browser.ts';
import { HOSTILE } from './hostile-vectors.ts';
import type {} from './in-hostile.ts';

let browser: Browser;
let context: BrowserContext;
let server: LocalServer;
let page: Page;
const opened: string[] = [];

/** A server of its own for each row, so that a mere connection is told apart too. */
async function sink(): Promise<LocalServer & { readonly contacts: string[] }> {
  const contacts: string[] = [];
  const one = await serve((request, response) => {
    contacts.push(request.url ?? '');
    response.setHeader('access-control-allow-origin', '*').end();
  });
  one.server.on('connection', () => contacts.push('connection'));
  return { ...one, contacts };
}

beforeAll(async () => {
  const script = bundle('test/replay/in-hostile.ts');
  server = await serve((request, response) => {
    if (request.url === '/page.js') return response.setHeader('content-type', 'text/javascript').end(script);
    if (request.url === '/')
      return response.setHeader('content-type', 'text/html').end('<!doctype html><body><script src="/page.js"></script>');
    return response.writeHead(404).end();
  });
  browser = await launchChromium();
  context = await browser.newContext();
  page = await context.newPage();
  await page.goto(server.origin);
  context.on('page', (other) => opened.push(other.url()));
  page.on('framenavigated', (frame) => {
    if (frame.url() !== 'about:blank' && frame !== page.mainFrame()) opened.push(frame.url());
  });
});
afterAll(async () => {
  await browser.close();
  await server.close();
});

const UNTOUCHED = { state: '', contacts: [], code: [], opened: [], url: expect.stringMatching(/\/$/) as string };

describe('a hostile page', () => {
  it('should be noticed by the sink when it is not in a mirror', async () => {
    const far = await sink();
    await page.evaluate((origin) => fetch(`${origin}/control`), far.origin);
    await far.close();
    expect(far.contacts).toEqual(['connection', '/control']);
  });

  it.each(HOSTILE.map(({ name }, index) => [name, index] as const))('should reach nobody and run nothing: %s', async (_name, index) => {
    const far = await sink();
    const state = await page.evaluate(([index, sink, own]) => hostile.face(index, sink, own), [index, far.origin, server.origin] as const);
    const code = await page.evaluate(() => globalThis.ran.splice(0));
    await far.close();
    expect({ state, contacts: far.contacts, code, opened: opened.splice(0), url: page.url() }).toEqual(UNTOUCHED);
  });
});
