import { type Browser, chromium, type Page } from 'playwright-core';
import type { Relay } from '../fidelity/relay.ts';
import { VIEWPORT } from '../fidelity/browser.ts';
import { type Seen, tap } from './tap.ts';

/** A consumer and an agent in browsers of their own, in one session. */
export interface Pair {
  readonly consumer: Page;
  readonly agent: Page;
  /** What the consumer sent and the agent received, so far. */
  readonly sent: readonly Seen[];
  readonly received: readonly Seen[];
  /** What {@link Setting.beforeInvitation} made. */
  readonly picture: Buffer;
  close(): Promise<void>;
}

interface Setting {
  readonly relay: Relay;
  readonly site: string;
  readonly desk: string;
  readonly consumerChromium: string;
  readonly agent: string;
  /** A script in the place of the tag's capture. */
  readonly capture?: string | undefined;
  /** Looks at the consumer's page before anybody invites. */
  readonly beforeInvitation?: (consumer: Page) => Promise<Buffer>;
}

/** What the desk's page leaves in its window. */
export interface DeskWindow {
  readonly signIn: (relay: string, token: string) => Promise<void>;
  readonly inviteTheLatest: () => Promise<void>;
  readonly askForThePage: () => void;
  readonly endTheSession: () => Promise<void>;
}

const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-sync'];
/** A page of 2 MB takes 20 s to load as well, over what is called a good downstream, when the machine is busy. */
const PATIENCE_MILLIS = 90_000;

async function open(executablePath: string, origins: readonly string[]): Promise<{ browser: Browser; page: Page }> {
  // As behind TLS: hashing is for secure pages alone.
  const secure = `--unsafely-treat-insecure-origin-as-secure=${origins.join()}`;
  const browser = await chromium.launch({ executablePath, headless: true, args: [...FLAGS, secure] });
  const page = await browser.newPage({ viewport: VIEWPORT });
  page.setDefaultTimeout(PATIENCE_MILLIS);
  return { browser, page };
}

export async function openPair({ relay, site, desk, consumerChromium, agent: name, capture, beforeInvitation }: Setting): Promise<Pair> {
  const agent = await open(process.env['TANDEM_CHROMIUM'] ?? '/usr/bin/chromium', [desk]);
  const consumer = await open(consumerChromium, [site]);
  if (capture !== undefined) {
    await consumer.page.route('**/tandem-capture.js*', (route) =>
      route.fulfill({ contentType: 'text/javascript', headers: { 'Access-Control-Allow-Origin': '*' }, body: capture }),
    );
  }
  const sent = tap(consumer.page, 'framesent');
  const received = tap(agent.page, 'framereceived');
  await agent.page.goto(desk);
  await agent.page.evaluate(([origin, token]) => (window as unknown as DeskWindow).signIn(origin, token), [
    relay.origin,
    relay.token(name),
  ] as const);
  // A trace's own resources are out of reach, and its frame may never finish loading.
  await consumer.page.goto(site, { waitUntil: 'domcontentloaded' });
  const picture = (await beforeInvitation?.(consumer.page)) ?? Buffer.alloc(0);
  await agent.page.evaluate(() => (window as unknown as DeskWindow).inviteTheLatest());
  return {
    consumer: consumer.page,
    agent: agent.page,
    sent,
    received,
    picture,
    async close() {
      await consumer.browser.close();
      await agent.browser.close();
    },
  };
}
