import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { decodeControl } from '../../src/protocol/control.ts';
import type { FrameType } from '../../src/protocol/frame-type.ts';
import { launchChromium } from '../browser.ts';
import { type FakeRelay, startFakeRelay } from './fake-relay.ts';

/** A page with the tag and a relay of its own, new for each test of the file. */
export class TagStage {
  page!: Page;
  context!: BrowserContext;
  relay!: FakeRelay;
  /** What the page's console and its unhandled faults said. */
  complaints: string[] = [];

  constructor(html: string) {
    let browser: Browser;
    beforeAll(async () => (browser = await launchChromium()));
    afterAll(() => browser.close());
    beforeEach(async () => {
      this.relay = await startFakeRelay(html);
      this.context = await browser.newContext();
      this.page = await this.context.newPage();
      this.complaints = [];
      this.page.on('pageerror', (error) => this.complaints.push(error.message));
      this.page.on('console', (message) => message.type() === 'error' && this.complaints.push(message.text()));
    });
    afterEach(async () => {
      await this.context.close();
      await this.relay.die();
    });
  }

  readonly test = (id: string): ReturnType<Page['getByTestId']> => this.page.getByTestId(id);
  readonly until = (condition: () => unknown): Promise<unknown> => expect.poll(condition, { timeout: 5_000 }).toBeTruthy();
  readonly visible = (id: string): Promise<void> => this.test(id).waitFor({ timeout: 5_000 });
  readonly gone = (id: string): Promise<void> => this.test(id).waitFor({ state: 'detached', timeout: 5_000 });
  readonly sent = (type: FrameType): object[] =>
    this.relay.visits.flatMap(({ frames }) => frames.filter((frame) => frame.type === type).map(({ payload }) => decodeControl(payload)));

  readonly arrive = async (): Promise<void> => {
    await this.page.goto(this.relay.url);
    await this.until(() => this.relay.visits.length === 1);
  };
}
