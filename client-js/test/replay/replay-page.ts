import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { bundle, launchChromium, type LocalServer, serve } from '../browser.ts';

/**
 * A page for each test of the file, in which `replay` (in-page.ts) is there, or what another module leaves in it.
 *
 * @param serveMore answers what is asked for besides that page
 */
export function replayPage(
  module = 'test/replay/in-page.ts',
  serveMore?: (request: IncomingMessage, response: ServerResponse) => void,
): () => Page {
  let browser: Browser;
  let server: LocalServer;
  let page: Page;

  beforeAll(async () => {
    const script = bundle(module);
    server = await serve((request, response) => {
      if (request.url === '/page.js') return response.setHeader('content-type', 'text/javascript').end(script);
      if (serveMore !== undefined && request.url !== '/') return serveMore(request, response);
      response.setHeader('content-type', 'text/html').end('<!doctype html><body><script src="/page.js"></script>');
    });
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser.close();
    await server.close();
  });
  beforeEach(async () => {
    page = await browser.newPage({ viewport: { width: 1000, height: 700 } });
    await page.goto(server.origin);
  });
  afterEach(() => page.close());
  return () => page;
}
