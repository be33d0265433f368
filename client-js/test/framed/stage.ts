import type { Browser, BrowserContext, Frame, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { bundle, launchChromium } from '../browser.ts';
import type {} from './in-outer.ts';

/** The brand's page; two whose documents are mirrored in frames; one that nobody lets. */
export const SHOP = 'http://shop.test';
export const PAY = 'http://pay.test';
export const MAP = 'http://map.test';
export const EVIL = 'http://evil.test';
const RELAY = 'http://relay.test';

export const TAG = `<script src="${RELAY}/tandem.js" data-brand="demo"></script>`;

export const html = (body: string, head = ''): string =>
  `<!doctype html><html lang="en"><head><title>page</title>${head}</head><body>${body}</body></html>`;

/** A page that carries the tag. */
export const tagged = (body: string): string => html(body, TAG);

export const iframe = (id: string, src: string): string => `<iframe id="${id}" src="${src}" width="500" height="300"></iframe>`;

/** Pages by address, and a relay that says which of them are mirrored in frames. The outer page is there for each test of the file. */
export class FramedStage {
  context!: BrowserContext;
  page!: Page;
  /** Documents by address; may be changed by a test. */
  pages: Record<string, string> = {};
  /** What the relay was asked. */
  questions: string[] = [];
  /** What was asked of anybody else. */
  strangers: string[] = [];
  private scripts: Readonly<Record<string, string>> = {};

  constructor() {
    let browser: Browser;
    beforeAll(async () => {
      browser = await launchChromium();
      const chunks = ['capture', 'acting', 'media', 'frame'];
      this.scripts = {
        '/tandem.js': bundle('src/tag.ts'),
        '/outer.js': bundle('test/framed/in-outer.ts'),
        ...Object.fromEntries(chunks.map((name) => [`/tandem-${name}.js`, bundle(`src/${name}.ts`, 'esm')])),
      };
    });
    afterAll(() => browser.close());
    beforeEach(async () => {
      this.pages = {};
      this.questions = [];
      this.strangers = [];
      this.context = await browser.newContext({ viewport: { width: 1000, height: 800 } });
      await this.context.route('**/*', (route) => {
        const answer = this.answer(new URL(route.request().url()));
        return route.fulfill({ ...answer, headers: { 'access-control-allow-origin': '*' } });
      });
      this.page = await this.context.newPage();
      this.page.on('pageerror', (fault) => console.error('in the page:', fault));
    });
    afterEach(() => this.context.close());
  }

  private answer(url: URL): { readonly status?: number; readonly contentType: string; readonly body: string } {
    if (url.origin === RELAY) return this.relay(url);
    const body = this.pages[url.origin + url.pathname];
    if (body === undefined && url.pathname !== '/favicon.ico') this.strangers.push(url.href);
    return { status: body === undefined ? 404 : 200, contentType: 'text/html', body: body ?? '' };
  }

  private relay({ pathname, searchParams, search }: URL): { readonly contentType: string; readonly body: string } {
    const script = this.scripts[pathname];
    if (script !== undefined) return { contentType: 'text/javascript', body: script };
    this.questions.push(pathname + search);
    const isFramed = (origin: string): boolean => origin === PAY || origin === MAP;
    const around = searchParams.getAll('around');
    const mirrored = isFramed(searchParams.get('frame') ?? '') && around.every((origin) => origin === SHOP || isFramed(origin));
    return { contentType: 'application/json', body: JSON.stringify({ mirrored }) };
  }

  /** Opens the brand's page, whose capture starts at once. */
  async open(body: string, head = ''): Promise<void> {
    this.pages[`${SHOP}/`] = html(body, `<script src="${RELAY}/outer.js"></script>${head}`);
    await this.page.goto(`${SHOP}/`);
    await this.page.evaluate(() => void (globalThis.outerLab = outer.start()));
  }

  /** The document in a frame of the page, as it is now. */
  frameAt(address: string): Frame {
    const frame = this.page.frames().find((one) => one.url() === address);
    if (frame === undefined) throw new Error(`no frame at ${address}`);
    return frame;
  }

  /** The text that the mirror shows in a frame. */
  readonly textIn = (...path: string[]): Promise<string> =>
    this.page.evaluate((ids) => (outerLab.inner(...ids)?.documentElement as Element | null | undefined)?.textContent.trim() ?? '', path);

  /** Waits until the mirror shows this in a frame. */
  readonly shows = (text: string, ...path: string[]): Promise<void> =>
    expect.poll(() => this.textIn(...path), { timeout: 8_000 }).toContain(text);

  /** Waits until a frame of the mirror is empty. */
  readonly isEmpty = (...path: string[]): Promise<void> => expect.poll(() => this.textIn(...path), { timeout: 8_000 }).toBe('');

  readonly broken = (): Promise<string[]> => this.page.evaluate(() => outerLab.broken);
}
