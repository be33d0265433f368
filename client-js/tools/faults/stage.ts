import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Browser, chromium, type Page } from 'playwright-core';
import { startRelay } from '../fidelity/relay.ts';
import { servePage } from '../fidelity/site.ts';
import { DESK, shopPage } from './pages.ts';
import { type FaultProxy, startFaultProxy } from './proxy.ts';

/** What the desk's page leaves in its window. */
export interface DeskWindow {
  readonly signIn: (relay: string, token: string) => Promise<void>;
  readonly inviteTheLatest: () => Promise<void>;
  readonly freshAfter: (time: number, withinMillis: number) => Promise<number | null>;
  readonly shownText: (id: string) => string;
  readonly press: (id: string) => number;
  readonly mirrorHtml: () => string;
  readonly session: () => { readonly state: string };
  readonly verdicts: { readonly sequence: number; readonly outcome: string; readonly reason?: string }[];
  readonly refusals: { readonly reason: string; readonly message: string; readonly sequence?: number }[];
}

/** A consumer and an agent in one session, each on a path of its own that can be broken. */
export interface Stage {
  readonly consumer: Page;
  readonly agent: Page;
  readonly consumerPath: FaultProxy;
  readonly agentPath: FaultProxy;
  readonly relayPid: number;
  /** How often each purchase was made at the shop. */
  readonly purchases: ReadonlyMap<number, number>;
  readonly shop: string;
  /** What the two pages failed on and nobody caught. */
  readonly faults: readonly string[];
  /** Fails when there are {@link Stage.faults}. */
  close(): Promise<void>;
}

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-sync',
  // What a tab hidden for five minutes gets, after ten seconds.
  '--enable-features=IntensiveWakeUpThrottling:grace_period_seconds/10',
];

/** What Playwright has browsers do so that hidden tabs are as quick as others. */
const UNHIDDEN = ['--disable-background-timer-throttling', '--disable-backgrounding-occluded-windows', '--disable-renderer-backgrounding'];

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) body += chunk as string;
  return body;
}

interface Shop {
  readonly origin: string;
  readonly purchases: Map<number, number>;
  tag: string;
  close(): void;
}

/** A shop whose every page offers the next purchase. */
async function openShop(): Promise<Shop> {
  const shop: Shop = { origin: '', purchases: new Map<number, number>(), tag: '', close: () => server.close() };
  const server = createServer((request, response) => {
    void (async () => {
      if (request.method === 'POST') {
        const number = Number(new URLSearchParams(await bodyOf(request)).get('number'));
        shop.purchases.set(number, (shop.purchases.get(number) ?? 0) + 1);
        response.writeHead(303, { Location: `/?number=${number + 1}` }).end();
        return;
      }
      const number = Number(new URL(request.url ?? '/', 'http://shop').searchParams.get('number') ?? 1);
      response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-store' }).end(shopPage(number, shop.tag));
    })();
  });
  await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done));
  return Object.assign(shop, { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
}

let agents = 0;

export async function openStage(browser: Browser): Promise<Stage> {
  const shop = await openShop();
  const desk = await servePage(DESK);
  const relay = await startRelay(shop.origin, desk.origin);
  const consumerPath = await startFaultProxy(relay.origin);
  const agentPath = await startFaultProxy(relay.origin);
  shop.tag = relay.tag.replace(relay.origin, consumerPath.origin);
  const [consumerContext, agentContext] = [await browser.newContext(), await browser.newContext()];
  const [consumer, agent] = [await consumerContext.newPage(), await agentContext.newPage()];
  const faults: string[] = [];
  for (const [name, page] of Object.entries({ consumer, agent }))
    page.on('pageerror', ({ stack, message }) => faults.push(`uncaught at the ${name}: ${stack ?? message}`));
  await agent.goto(desk.origin);
  await agent.evaluate(([origin, token]) => (window as unknown as DeskWindow).signIn(origin, token), [
    agentPath.origin,
    relay.token(`agent ${++agents}`),
  ] as const);
  await consumer.goto(shop.origin);
  await agent.evaluate(() => (window as unknown as DeskWindow).inviteTheLatest());
  await consumer.getByTestId('invitation-accept').click();
  await agent.waitForFunction(() => (window as unknown as DeskWindow).shownText('tick') !== '');
  return {
    ...{ consumer, agent, consumerPath, agentPath, purchases: shop.purchases, shop: shop.origin, relayPid: relay.pid, faults },
    async close() {
      await consumerContext.close();
      await agentContext.close();
      await Promise.all([consumerPath.close(), agentPath.close(), relay.close(), desk.close()]);
      shop.close();
      if (faults.length > 0) throw new Error(faults.join('\n'));
    },
  };
}

export const openBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: process.env['TANDEM_CHROMIUM'] ?? '/usr/bin/chromium',
    headless: true,
    args: FLAGS,
    ignoreDefaultArgs: UNHIDDEN,
  });
