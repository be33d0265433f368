import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundle, launchChromium, type LocalServer, serve } from '../browser.ts';
import type {} from './in-fuzz.ts';

let browser: Browser;
let server: LocalServer;
let page: Page;

beforeAll(async () => {
  const script = bundle('test/replay/in-fuzz.ts');
  server = await serve((request, response) => {
    if (request.url === '/page.js') return response.setHeader('content-type', 'text/javascript').end(script);
    return response.setHeader('content-type', 'text/html').end('<!doctype html><body><script src="/page.js"></script>');
  });
  browser = await launchChromium();
  page = await browser.newPage();
  await page.goto(server.origin);
});
afterAll(async () => {
  await browser.close();
  await server.close();
});

describe('a mirror that is told nonsense', () => {
  it.each([1, 2, 3])('should never throw, and be whole again with a keyframe: operations, seed %i', async (seed) => {
    const { applied, refused } = await page.evaluate((seed) => fuzz.operations(seed, 60), seed);
    expect(refused).toBeGreaterThan(15);
    expect(applied).toBeGreaterThan(15);
  });

  it.each([4, 5])('should never throw, and be whole again with a keyframe: bytes, seed %i', async (seed) => {
    const { refused, text } = await page.evaluate((seed) => fuzz.bytes(seed, 250), seed);
    expect(refused).toBeGreaterThan(20);
    expect(text).toBe('sound');
  });
});
