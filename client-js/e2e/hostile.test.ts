import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from '@playwright/test';
import { HOSTILE, SHOWN } from '../test/replay/hostile-vectors.ts';
import { launchOptions } from './playwright.config.ts';
import { begin, expect, inMirror, signIn, test } from './together.ts';

/*
 * A page full of attacks, mirrored through tag, relay and desk. Only the agent's browser can resolve the sink's name, so that
 * whatever the sink hears came from the agent's window.
 */

const SINK_HOST = 'sink.test';

/** Plants all vectors below #stage, each in a box of its own; what the page alone has is made here. `?PORT` says where the sink is. */
const PAGE = `<!doctype html><html><head><meta charset="utf-8"><title>Hostile</title></head><body><p id="sentinel">at first</p><div id="stage"></div><script>
window.ran = [];
const host = '${SINK_HOST}:' + location.search.slice(1);
const vectors = ${JSON.stringify(HOSTILE.map(({ html, resource }) => ({ html, resource }))).replaceAll('</', '<\\/')};
const fill = (text) => text.replaceAll('SINKHOST', host).replaceAll('SINK', 'http://' + host);
function plant() {
  const stage = document.getElementById('stage');
  stage.replaceChildren();
  for (const { html, resource = '' } of vectors) {
    const box = stage.appendChild(document.createElement('div'));
    const made = URL.createObjectURL(new Blob([fill(resource)], { type: 'image/svg+xml' }));
    box.innerHTML = fill(html).replaceAll('${SHOWN}', made);
  }
}
// When the tag is there: the demo's is named by path alone, and some vectors change the base of all paths.
addEventListener('load', plant);
</script></body></html>`;

interface Sink {
  readonly port: number;
  /** Connections and requests. */
  readonly contacts: string[];
  close(): Promise<void>;
}

async function openSink(): Promise<Sink> {
  const contacts: string[] = [];
  const server = createServer((request, response) => {
    contacts.push(request.url ?? '');
    response.setHeader('access-control-allow-origin', '*').end();
  });
  server.on('connection', () => contacts.push('connection'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    contacts,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** A browser to which the sink's name means this. */
const launch = (sinkAddress: string): Promise<Browser> =>
  chromium.launch({ ...launchOptions, args: [...launchOptions.args, `--host-resolver-rules=MAP ${SINK_HOST} ${sinkAddress}`] });

/** A hand that goes over all of the mirror, and a keyboard that tries what it finds. */
async function tryEverything(agent: Page): Promise<void> {
  const box = await agent.getByTestId('mirror').boundingBox();
  if (!box) throw new Error('no mirror to be seen');
  for (let row = 1; row < 8; row++) {
    for (let column = 1; column < 6; column++) await agent.mouse.click(box.x + (box.width * column) / 6, box.y + (box.height * row) / 8);
  }
  for (const key of ['Tab', 'Enter', 'Tab', 'Space', 'Tab', 'Enter']) await agent.keyboard.press(key);
}

test('should let a hostile page reach nobody from the agent’s window, and run nothing in it', async ({ launchRelay }) => {
  test.setTimeout(120_000);
  const folder = mkdtempSync(join(tmpdir(), 'tandem-hostile-'));
  writeFileSync(join(folder, 'index.html'), PAGE);
  const [relay, sink, control] = await Promise.all([launchRelay('--site', folder), openSink(), openSink()]);
  const [theirs, ours] = await Promise.all([launch('~NOTFOUND'), launch('127.0.0.1')]);
  try {
    const consumer = await (await theirs.newContext()).newPage();
    // The page may try to leave for the sink: it gets no content, and stays.
    await consumer.route(`http://${SINK_HOST}:*/**`, (route) => route.fulfill({ status: 204 }));
    await consumer.goto(`${relay.url}/site/?${sink.port}`);
    const context = await ours.newContext();
    const agent = await context.newPage();
    await agent.addInitScript(() => Object.assign(window, { ran: [] }));
    const navigations: string[] = [];
    await signIn(agent, relay);
    const desk = agent.url();
    agent.on('framenavigated', (frame) => navigations.push(frame.url()));
    context.on('page', (page) => navigations.push(page.url()));

    await begin(consumer, agent, 'view-only');
    await expect(inMirror(agent, '#sentinel')).toHaveText('at first');
    await expect(inMirror(agent, '#stage > div')).toHaveCount(HOSTILE.length);
    await tryEverything(agent);
    await consumer.evaluate(() => {
      (window as unknown as { plant(): void }).plant();
      document.getElementById('sentinel')!.textContent = 'planted again';
    });
    await expect(inMirror(agent, '#sentinel')).toHaveText('planted again');
    await expect(inMirror(agent, '#stage > div')).toHaveCount(HOSTILE.length);
    await tryEverything(agent);

    // The same page without a mirror, in the same browser: it reaches its sink, and by then the other one would have been reached.
    const unmirrored = await context.newPage();
    await unmirrored.goto(`${relay.url}/site/?${control.port}`, { waitUntil: 'commit' });
    await expect
      .poll(() => new Set(control.contacts).size, { message: 'the sink hears of a page that is not mirrored' })
      .toBeGreaterThan(20);

    expect(sink.contacts).toEqual([]);
    expect(await agent.evaluate(() => (window as unknown as { ran: unknown[] }).ran)).toEqual([]);
    expect(agent.url()).toBe(desk);
    expect(navigations.filter((url) => !/^(?:about:blank|about:srcdoc|)$/.test(url) && !url.startsWith(`${relay.url}/site/`))).toEqual([]);
  } finally {
    await Promise.all([theirs.close(), ours.close()]);
    await Promise.all([relay.stop(), sink.close(), control.close()]);
    rmSync(folder, { recursive: true });
  }
});
