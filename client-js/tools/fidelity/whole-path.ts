import type { Page, WebSocket } from 'playwright-core';
import { openContext, VIEWPORT } from './browser.ts';
import { firstDifference } from './compare.ts';
import { type Setting, webSocketFrameBytes } from './contender.ts';
import type { Options } from './options.ts';
import { type Area, pixelDifference, shoot, shootMirror } from './pixels.ts';
import { type Relay, startRelay } from './relay.ts';
import { servePage, serveSite, type SiteOptions } from './site.ts';
import type { Stage } from './stage.ts';
import { linesOf, MIRROR_DOCUMENT, pageLinesOf } from './structure.ts';
import { startTrace, stopTrace } from './trace.ts';

/* The path that a session takes: the tag in the page, a relay in a process of its own, `<tandem-viewer>` at the agent. */

/** Nothing more came for this long: the mirror is complete. Longer than the tag's slowest poll. */
const QUIET_MILLIS = 1_000;
const POLL_MILLIS = 100;
const COMPLETE_WITHIN_MILLIS = 30_000;

/** The agent's page: the viewer at the size of the consumer's window, and nothing over the mirror. */
const STAGE = `<!doctype html><meta charset="utf-8"><title>stage</title>
<style>html, body { margin: 0; overflow: hidden } tandem-viewer { display: block; width: ${VIEWPORT.width}px; height: ${VIEWPORT.height}px }</style>
<tandem-viewer></tandem-viewer>
<script type="module">
  const viewer = document.querySelector('tandem-viewer');
  viewer.addEventListener('painted', () => (window.paintedAt ??= performance.timeOrigin + performance.now()), { once: true });
  let desk;
  window.signIn = async (relay, token) => {
    const { AgentDesk } = await import(relay + '/tandem-viewer.js');
    desk = new AgentDesk({ relay, token });
  };
  window.inviteTheLatest = async () => {
    for (;;) {
      const [waiting] = (await desk.listWaiting()).filter(({ invitable }) => invitable).sort((a, b) => a.waitingMillis - b.waitingMillis);
      if (waiting) return void (viewer.session = await desk.invite(waiting.id, 'shared'));
      await new Promise((resume) => setTimeout(resume, ${POLL_MILLIS}));
    }
  };
</script>`;

/** What the scripts above and below leave in the two windows. */
interface MarkedWindow {
  readonly signIn: (relay: string, token: string) => Promise<void>;
  readonly inviteTheLatest: () => Promise<void>;
  paintedAt?: number;
  acceptedAt?: number;
}

export async function openWholePath(options: Options): Promise<Stage> {
  const serving: SiteOptions = { scriptSource: "'none'" };
  const tagged = await serveSite(serving);
  const desk = await servePage(STAGE);
  const relay = await startRelay(tagged.origin, desk.origin);
  serving.scriptSource = `${relay.origin}${options.scripts ? " 'self'" : ''}`;
  serving.tag = relay.tag;
  let sessions = 0;
  return {
    show: (folder) => tagged.show(folder),
    measure: (setting) => measure(setting, { ...setting, plain: tagged }, relay, desk.origin, `agent ${++sessions}`),
    async close() {
      await relay.close();
      await desk.close();
      await tagged.close();
    },
  };
}

async function measure(
  { browser }: Setting,
  tagged: Setting,
  relay: Relay,
  deskOrigin: string,
  agentName: string,
): ReturnType<Stage['measure']> {
  const [consumerContext, agentContext] = [await openContext(browser), await openContext(browser)];
  try {
    const agent = await agentContext.newPage();
    await agent.goto(deskOrigin);
    await agent.evaluate(([origin, token]) => (window as unknown as MarkedWindow).signIn(origin, token), [
      relay.origin,
      relay.token(agentName),
    ] as const);
    const line = watchLine();
    consumerContext.on('page', (page) => page.on('websocket', line.listen));
    const consumer = await tagged.load(consumerContext, tagged.plain);
    await agent.evaluate(() => (window as unknown as MarkedWindow).inviteTheLatest());
    const button = await acceptButton(consumer);

    await startTrace(browser, consumer);
    await consumer.mouse.click(button.x, button.y);
    await complete(agent, line);
    const tasks = await stopTrace(browser);

    const times = await Promise.all([consumer, agent].map((page) => page.evaluate(marksOf)));
    const area = await consumer.evaluate(layoutArea);
    await hideOwnParts(consumer, agent, area);
    const consumerPicture = await shoot(consumer);
    const screenshot = await shootMirror(agent);
    return {
      consumerPicture,
      mirrored: {
        difference: firstDifference(await pageLinesOf(consumer.mainFrame()), await linesOf(agent, MIRROR_DOCUMENT)),
        pixelPercent: pixelDifference(consumerPicture, screenshot, area).percent,
        bytesUp: line.bytes(),
        longestTaskMs: tasks.longestCpuMs,
        captureTotalMs: tasks.totalCpuMs,
        paintedMs: (times[1]?.painted ?? Number.NaN) - (times[0]?.accepted ?? Number.NaN),
        screenshot,
      },
    };
  } finally {
    await consumerContext.close();
    await agentContext.close();
  }
}

interface Line {
  readonly listen: (socket: WebSocket) => void;
  /** Everything that went up, WebSocket headers included. */
  bytes(): number;
  frames(): number;
}

function watchLine(): Line {
  let bytes = 0;
  let frames = 0;
  return {
    listen: (socket) =>
      void socket.on('framesent', ({ payload }) => {
        bytes += webSocketFrameBytes(typeof payload === 'string' ? Buffer.byteLength(payload) : payload.length);
        frames++;
      }),
    bytes: () => bytes,
    frames: () => frames,
  };
}

/** Where the consumer accepts; from then on nothing of ours may run in the page until the trace has ended. */
async function acceptButton(consumer: Page): Promise<{ readonly x: number; readonly y: number }> {
  const accept = consumer.getByTestId('invitation-accept');
  await accept.waitFor({ timeout: 15_000 });
  const box = await accept.boundingBox();
  if (!box) throw new Error('the invitation cannot be seen');
  await consumer.evaluate(() => {
    const note = (event: Event): void => {
      (window as unknown as MarkedWindow).acceptedAt = performance.timeOrigin + event.timeStamp;
    };
    addEventListener('click', note, { capture: true, once: true });
  });
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

/** Waits until the mirror has a page and nothing more came up the line for a while. */
async function complete(agent: Page, line: Line): Promise<void> {
  const deadline = Date.now() + COMPLETE_WITHIN_MILLIS;
  let last = '';
  let since = Date.now();
  while (Date.now() < deadline) {
    const nodes = await agent.evaluate<number>(
      `(() => { try { return ${MIRROR_DOCUMENT}.getElementsByTagName('*').length } catch { return 0 } })()`,
    );
    const state = `${nodes} ${line.frames()}`;
    if (state !== last) since = Date.now();
    last = state;
    if (nodes > 0 && Date.now() - since >= QUIET_MILLIS) return;
    await agent.waitForTimeout(POLL_MILLIS);
  }
  throw new Error(`the mirror was not complete after ${COMPLETE_WITHIN_MILLIS} ms (elements, frames: ${last})`);
}

function marksOf(): { readonly painted: number | undefined; readonly accepted: number | undefined } {
  const { paintedAt, acceptedAt } = window as unknown as MarkedWindow;
  return { painted: paintedAt, accepted: acceptedAt };
}

/** What the page is laid out in: its window without the scroll bars, which a mirror does not have. Runs in the page. */
function layoutArea(): Area {
  const root = document.compatMode === 'BackCompat' ? document.body : document.documentElement;
  return { width: root.clientWidth, height: root.clientHeight };
}

/** Takes frame, cursors and tools out of both pictures. Neither belongs to the page, so neither is captured or compared. */
async function hideOwnParts(consumer: Page, agent: Page, { width, height }: Area): Promise<void> {
  await consumer.evaluate(() => {
    for (const own of document.querySelectorAll<HTMLElement>('tandem-ui')) own.style.visibility = 'hidden';
    for (const own of document.querySelectorAll<HTMLElement>('tandem-ui')) own.shadowRoot?.append(hider('*'));

    function hider(selector: string): HTMLStyleElement {
      const style = document.createElement('style');
      style.textContent = `${selector} { visibility: hidden !important; animation: none !important }`;
      return style;
    }
  });
  await agent.evaluate((size) => {
    const viewer = document.querySelector('tandem-viewer');
    viewer?.setAttribute('style', size);
    const root = viewer?.shadowRoot;
    const style = document.createElement('style');
    style.textContent = '.marks, .tools, .notice, .veil, .editors { visibility: hidden !important }';
    root?.append(style);
  }, `width: ${width}px; height: ${height}px`);
  await agent.mouse.move(0, 0);
}
