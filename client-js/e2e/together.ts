import { type Browser, type BrowserContext, expect, type Locator, type Page, test as base } from '@playwright/test';
import { type Carriers, type Relay, startRelay } from './relay.ts';

export { expect };

/** The two sides differ on purpose: what is anchored to an element must be right on both. */
const CONSUMER_VIEWPORT = { width: 1180, height: 820 };
const AGENT_VIEWPORT = { width: 1440, height: 900 };

export type Mode = 'view-only' | 'shared';

export interface Together {
  readonly relay: Relay;
  readonly consumer: Page;
  readonly agent: Page;
  /** Invites, accepts, and waits until the mirror shows the page. */
  readonly begin: (mode: Mode) => Promise<void>;
}

let agents = 0;

async function open(
  browser: Browser,
  viewport: { width: number; height: number },
): Promise<{ context: BrowserContext; page: Page; problems: string[] }> {
  const context = await browser.newContext({ viewport, reducedMotion: 'reduce' });
  const page = await context.newPage();
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(`${page.url()}: ${error.message}`));
  page.on('console', (message) => {
    const text = message.text();
    if (message.type() === 'error' && !isRefusal(text, message.location().url)) problems.push(`${page.url()}: ${text}`);
  });
  return { context, page, problems };
}

/** The line that a browser itself writes where a carrier is refused to it or taken away: some of every run's are. */
function isRefusal(text: string, url: string): boolean {
  return (
    /^WebSocket connection to 'ws:[^']*\/v1\/sessions\/\w{26}\/channel' failed/.test(text) ||
    (text.startsWith('Failed to load resource: ') && /\/v1\/sessions\/\w{26}\/poll$/.test(url))
  );
}

/** Signs an agent in who has no session yet. */
export async function signIn(page: Page, relay: Relay): Promise<void> {
  await page.goto(`${relay.url}/agent/?name=Ada+${++agents}`);
  await expect(page.locator('#desk')).toBeVisible();
}

/** The session id that the tag of this page has chosen; after a session another than `ended`. */
export async function sessionOf(consumer: Page, ended?: string): Promise<string> {
  let id: string | undefined;
  const find = async (): Promise<boolean> => {
    id = await consumer.evaluate(() => {
      const all = Object.keys(sessionStorage)
        .map((key) => `${key} ${sessionStorage.getItem(key) ?? ''}`)
        .join(' ');
      return /\b[0-9a-hjkmnp-tv-z]{26}\b/.exec(all)?.[0];
    });
    return id !== undefined && id !== ended;
  };
  await expect.poll(find, { message: 'the tag keeps a session id' }).toBe(true);
  return id as string;
}

export async function entryOf(agent: Page, consumer: Page): Promise<Locator> {
  return agent.locator(`[data-testid="consumer-entry"][data-session="${await sessionOf(consumer)}"]`);
}

export async function invite(agent: Page, consumer: Page, mode: Mode): Promise<void> {
  await (await entryOf(agent, consumer)).getByTestId(`invite-${mode}`).click();
}

export const state = (agent: Page): Locator => agent.getByTestId('session-state');
export const inMirror = (agent: Page, selector: string): Locator => agent.frameLocator('[data-testid="mirror"]').locator(selector);

export async function begin(consumer: Page, agent: Page, mode: Mode): Promise<void> {
  await invite(agent, consumer, mode);
  await consumer.getByTestId('invitation-accept').click();
  await expect(state(agent)).toHaveText(/active/i);
  await expect(inMirror(agent, 'body *').first()).toBeVisible();
}

interface Fixtures extends Together {
  /** One more consumer, on a page of the shop; closed with the test. */
  readonly openConsumer: (path?: string) => Promise<Page>;
  readonly openAgent: () => Promise<Page>;
}

interface WorkerFixtures {
  readonly sharedRelay: Relay;
  /** A relay with options of its own, on the carriers of this run. */
  readonly launchRelay: (...args: string[]) => Promise<Relay>;
}

export const test = base.extend<Fixtures, WorkerFixtures>({
  launchRelay: [async ({}, use, { project }) => use((...args) => startRelay(project.name as Carriers, ...args)), { scope: 'worker' }],
  sharedRelay: [
    async ({ launchRelay }, use) => {
      const relay = await launchRelay();
      await use(relay);
      const code = await relay.stop();
      expect(code, `the relay's exit code after SIGTERM\n${relay.output()}`).toBe(143);
    },
    { scope: 'worker' },
  ],
  relay: async ({ sharedRelay }, use) => use(sharedRelay),
  openConsumer: async ({ browser, relay }, use) => {
    const opened: Awaited<ReturnType<typeof open>>[] = [];
    await use(async (path = '/demo/') => {
      const one = await open(browser, CONSUMER_VIEWPORT);
      opened.push(one);
      await one.page.goto(relay.url + path);
      return one.page;
    });
    const problems = opened.flatMap((one) => one.problems);
    await Promise.all(opened.map((one) => one.context.close()));
    expect(problems, "errors on the brand's page").toEqual([]);
  },
  openAgent: async ({ browser, relay }, use) => {
    const opened: BrowserContext[] = [];
    await use(async () => {
      const one = await open(browser, AGENT_VIEWPORT);
      opened.push(one.context);
      await signIn(one.page, relay);
      return one.page;
    });
    await Promise.all(opened.map((context) => context.close()));
  },
  consumer: async ({ openConsumer }, use, info) => {
    const page = await openConsumer();
    await use(page);
    await page.screenshot({ path: info.outputPath('consumer.png') });
  },
  agent: async ({ openAgent }, use, info) => {
    const page = await openAgent();
    await use(page);
    await page.screenshot({ path: info.outputPath('agent.png') });
  },
  begin: async ({ consumer, agent }, use) => use((mode) => begin(consumer, agent, mode)),
});
