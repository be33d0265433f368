import type { ServerResponse } from 'node:http';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { writeRecords } from '../../src/connection/records.ts';
import { encodeFrame } from '../../src/protocol/frame.ts';
import { FrameType } from '../../src/protocol/frame-type.ts';
import { bundle, launchChromium, type LocalServer, serve } from '../browser.ts';
import type {} from './in-poll.ts';

const FRAME = writeRecords([encodeFrame(FrameType.PONG, 0, 1, new Uint8Array(8))]);

let browser: Browser;
let shop: LocalServer;
let relay: LocalServer;
let page: Page;
const asked: string[] = [];
/** Of each carrier, by its token: its question, which is held until there is something to say, and the frames that it has not asked for yet. */
const carriers = new Map<string, { question?: ServerResponse; owed: number }>();

function opening(): Uint8Array {
  const token = `t${carriers.size}`;
  carriers.set(token, { owed: 0 });
  return new Uint8Array([3, 0, 0, token.length, ...new TextEncoder().encode(token), ...FRAME]);
}

function take(token: string, question?: ServerResponse): void {
  const carrier = carriers.get(token);
  if (!carrier) return;
  if (question) carrier.question = question;
  else carrier.owed++;
  if (!carrier.question || carrier.owed === 0) return;
  carrier.owed--;
  carrier.question.end(FRAME);
  delete carrier.question;
}

beforeAll(async () => {
  const script = bundle('test/connection/in-poll.ts');
  shop = await serve((request, response) => {
    if (request.url === '/in-poll.js') return response.setHeader('content-type', 'text/javascript').end(script);
    return response.setHeader('content-type', 'text/html').end('<!doctype html><body><script src="/in-poll.js"></script>');
  });
  relay = await serve((request, response) => {
    const isNumbered = 'tandem-request' in request.headers;
    asked.push(`${request.method} ${isNumbered ? 'numbered' : 'plain'}`);
    response.setHeader('access-control-allow-origin', '*').setHeader('cache-control', 'no-store');
    if (request.method === 'OPTIONS') {
      response.setHeader('access-control-allow-methods', 'GET, POST').setHeader('access-control-max-age', '7200');
      return response.setHeader('access-control-allow-headers', 'Tandem-Token, Tandem-Request, Content-Type').writeHead(204).end();
    }
    const token = request.headers['tandem-token'] as string;
    if (request.method === 'GET' && isNumbered) return take(token, response);
    if (request.method === 'GET') return response.writeHead(204).end();
    if (!isNumbered) return response.end(opening());
    response.writeHead(204).end();
    take(token);
  });
  browser = await launchChromium();
});
afterAll(async () => {
  await browser.close();
  await Promise.all([shop.close(), relay.close()]);
});
beforeEach(async () => {
  page = await browser.newPage();
  await page.goto(shop.origin);
});

describe('a long-poll to another origin', () => {
  // A browser goes on with a preflight when the request that it is for is given up: on a dead path each would keep one of six connections.
  it('should ask the browser’s permission once, however many requests follow', async () => {
    await page.evaluate(async (url) => poll.ride(url, 20), `${relay.origin}/poll`);
    expect(asked.filter((one) => one === 'POST numbered')).toHaveLength(20);
    // The first question and the first word may be on their way together.
    expect(asked.filter((one) => one.startsWith('OPTIONS')).length).toBeLessThanOrEqual(2);
  });

  it('should open beside one whose question is held, and go on when that is closed', async () => {
    const heard = await page.evaluate(async (url) => {
      const first = await poll.ride(url, 2);
      const second = poll.ride(url, 0);
      await second;
      first.close();
      (await second).close();
      await poll.ride(url, 2);
      return 'all';
    }, `${relay.origin}/poll`);
    expect(heard).toBe('all');
  });
});
