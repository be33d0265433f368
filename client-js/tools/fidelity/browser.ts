import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium } from 'playwright-core';

/** The corpus was measured at this viewport. */
export const VIEWPORT = { width: 1366, height: 768 } as const;

const CHROMIUM = process.env['TANDEM_CHROMIUM'] ?? '/usr/bin/chromium';

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * A headless browser; `close` ends it. Scroll bars are overlaid as on a phone or a Mac unless asked for: rrweb's replay has
 * none, so that with scroll bars its pages would all be laid out differently and the comparison would say nothing.
 */
export function openBrowser(options: { readonly scrollbars: boolean }): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM,
    headless: true,
    args: FLAGS,
    ...(options.scrollbars ? { ignoreDefaultArgs: ['--hide-scrollbars'] } : {}),
  });
}

/** A context (storage of its own) of the measured viewport in which nothing but loopback addresses can be reached. */
export async function openContext(browser: Browser): Promise<BrowserContext> {
  const context = await browser.newContext({
    viewport: VIEWPORT,
    deviceScaleFactor: 1,
    reducedMotion: 'reduce',
    colorScheme: 'light',
    locale: 'en',
  });
  await context.route(
    (url) => !/^(?:127\.0\.0\.1|localhost)$/.test(url.hostname) && /^https?:/.test(url.protocol),
    (route) => (route.request().isNavigationRequest() ? route.fulfill(EMPTY_FRAME) : route.abort('blockedbyclient')),
  );
  return context;
}

/** What a frame of a blocked host gets: Chromium's own error page is a grey box, which no mirror could know of. */
const EMPTY_FRAME = { status: 200, contentType: 'text/html', body: '<!doctype html>' } as const;

/** A folder that lasts as long as the process. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tandem-fidelity-'));
  process.once('exit', () => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}
