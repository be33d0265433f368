import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, BrowserContextOptions, Page } from '@playwright/test';
import { AssetCoding, decodeAssetPart, HASH_BYTES } from '../src/protocol/asset.ts';
import { encodeFrame } from '../src/protocol/frame.ts';
import { FrameType } from '../src/protocol/frame-type.ts';
import { decodeResource, encodeResourceRequest, MAX_RESOURCE_BYTES, ResourceState } from '../src/protocol/resource.ts';
import { boxFont } from '../test/font.ts';
import { noise, png } from '../test/png.ts';
import { type Heard, listenTo } from './listening.ts';
import type { Relay } from './relay.ts';
import { begin, expect, inMirror, sessionOf, signIn, test as base } from './together.ts';
import { bareAgent } from './wire.ts';

/*
 * A brand's own site, on a server of its own: it shows its pictures to members (a cookie), in one part to whoever knows a password (Basic auth), its fonts to its own pages, and takes some of another port's. The
 * agent's browser has none of these, and the relay asks nobody for anything.
 */

const MEMBER = 'member=yes';
/** What the agent's browser calls itself. */
const AGENT = 'the browser of an agent';
const CREDENTIALS = { username: 'ada', password: 'lovelace' };
const [RED, GREEN, BLUE, GREY] = [
  [255, 0, 0],
  [0, 255, 0],
  [0, 0, 255],
  [128, 128, 128],
] as const;
/** What a picture says of itself behind its end, where no browser looks. */
const marked = (picture: Buffer, mark: string): Buffer => Buffer.concat([picture, Buffer.from(mark)].map((part) => new Uint8Array(part)));
const mark = (): string => `mark-${randomBytes(12).toString('hex')}`;
const [MINE, SECRET, UNUSED] = [mark(), mark(), mark()];
const LARGE = png(700, 500, noise);

const EVIL = (
  sink: string,
): string => `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="40" height="30" onload="top.ran.push('onload')">
<script>top.ran.push('script')</script><style>@import "${sink}/style.css"; circle { fill: url(${sink}/fill.svg#a) }</style><rect width="40" height="30" fill="#00f"/>
<image href="${sink}/image.png" width="9" height="9"/><image xlink:href="${sink}/xlink.png" width="9" height="9"/><use href="${sink}/use.svg#a"/>
<foreignObject width="9" height="9"><iframe xmlns="http://www.w3.org/1999/xhtml" src="${sink}/frame"></iframe><img xmlns="http://www.w3.org/1999/xhtml" src="${sink}/img.png" onerror="top.ran.push('img')"/></foreignObject>
<filter id="f"><feImage href="${sink}/feimage.png"/></filter></svg>`;

interface Site {
  readonly url: string;
  /** On another port; readable for the site's own pages. */
  readonly otherUrl: string;
  /** Nobody has reason to ask it for anything; notes what the agent's browser does. */
  readonly sinkUrl: string;
  /** Path and address of everything that was asked for. */
  readonly requests: { readonly path: string; readonly isMember: boolean }[];
  readonly contacts: string[];
  html: string;
  close(): Promise<void>;
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port;

async function listen(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<Server> {
  const server = createServer(answer);
  server.listen(0, 'localhost');
  await once(server, 'listening');
  return server;
}

async function openSite(): Promise<Site> {
  const requests: Site['requests'] = [];
  const contacts: string[] = [];
  const sink = await listen((request, response) => {
    if (request.headers['user-agent'] === AGENT) contacts.push(request.url ?? '');
    response.end();
  });
  const other = await listen((_request, response) => {
    response
      .setHeader('Access-Control-Allow-Origin', site.url)
      .setHeader('Cache-Control', 'max-age=600')
      .end(png(30, 20, GREEN));
  });
  const own = await listen((request, response) => {
    const path = request.url ?? '/';
    const isMember = (request.headers.cookie ?? '').includes(MEMBER);
    requests.push({ path, isMember });
    if (path === '/')
      return void response.setHeader('Set-Cookie', `${MEMBER}; Path=/`).setHeader('Content-Type', 'text/html').end(site.html);
    if (path.startsWith('/basic')) {
      const wanted = `Basic ${Buffer.from(`${CREDENTIALS.username}:${CREDENTIALS.password}`).toString('base64')}`;
      if (request.headers.authorization !== wanted)
        return void response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="staff"' }).end();
    } else if (!isMember && !path.startsWith('/font')) return void response.writeHead(403).end();
    const content = contentOf(path);
    if (content === undefined) return void response.writeHead(path === '/favicon.ico' ? 204 : 404).end();
    response.setHeader('Content-Type', path.endsWith('.svg') ? 'image/svg+xml' : 'application/octet-stream');
    response.setHeader('Cache-Control', path.startsWith('/made') ? 'no-store' : 'max-age=600').end(content);
  });

  function contentOf(path: string): Buffer | string | undefined {
    if (path.startsWith('/mine')) return marked(png(30, 20, RED), MINE);
    if (path.startsWith('/basic')) return png(30, 20, BLUE);
    if (path.startsWith('/made')) return png(30, 20, GREY);
    if (path.startsWith('/secret')) return marked(png(30, 20, GREY), SECRET);
    if (path.startsWith('/unused')) return marked(png(30, 20, GREY), UNUSED);
    if (path.startsWith('/large')) return LARGE;
    if (path.startsWith('/font')) return boxFont('Boxes');
    if (path.startsWith('/page')) return '<!doctype html><script>top.ran.push("page")</script><img src="x" onerror="top.ran.push(1)">';
    return path.startsWith('/evil') ? EVIL(site.sinkUrl) : undefined;
  }

  const servers = [own, other, sink];
  const [url, otherUrl, sinkUrl] = servers.map((server) => `http://localhost:${portOf(server)}`) as [string, string, string];
  const site: Site = {
    ...{ url, otherUrl, sinkUrl, requests, contacts, html: '' },
    async close() {
      for (const server of servers) {
        server.closeAllConnections();
        server.close();
        await once(server, 'close');
      }
    },
  };
  return site;
}

interface Fixtures {
  readonly site: Site;
  /** Opens a page of the site with this body, with the tag in it, and the agent's desk. */
  readonly open: (body: string, options?: BrowserContextOptions) => Promise<Opened>;
}

interface Opened {
  readonly consumer: Page;
  readonly agent: Page;
  readonly heard: Heard;
}

interface WorkerFixtures {
  readonly here: { readonly site: Site; readonly relay: Relay };
}

const test = base.extend<Fixtures, WorkerFixtures>({
  here: [
    async ({ launchRelay }, use) => {
      const site = await openSite();
      const relay = await launchRelay('--page-port', new URL(site.url).port);
      await use({ site, relay });
      await relay.stop();
      await site.close();
    },
    { scope: 'worker' },
  ],
  relay: async ({ here }, use) => use(here.relay),
  site: async ({ here }, use) => use(here.site),
  open: async ({ browser, relay, site }, use) => {
    const closing: (() => Promise<void>)[] = [];
    const problems: string[] = [];
    await use(async (body, options = {}) => {
      const opened = await openBoth(browser, relay, site, body, options);
      closing.push(
        () => opened.consumer.context().close(),
        () => opened.agent.context().close(),
      );
      opened.consumer.on('pageerror', (error) => problems.push(error.message));
      opened.consumer.on(
        'console',
        (message) => message.type() === 'error' && problems.push(`${message.location().url}: ${message.text()}`),
      );
      return opened;
    });
    for (const close of closing) await close();
    // But for the line that a browser writes where a carrier is refused to it.
    expect(
      problems.filter((problem) => !/\/v1\/sessions\//.test(problem)),
      "the page's console is the page's own",
    ).toEqual([]);
  },
});

async function openBoth(browser: Browser, relay: Relay, site: Site, body: string, options: BrowserContextOptions): Promise<Opened> {
  site.html = `<!doctype html><html><head><title>Members</title></head><body><p>Members</p>${body}<script src="${relay.url}/tandem.js" data-brand="demo" async></script></body></html>`;
  const consumer = await (await browser.newContext(options)).newPage();
  const agent = await (await browser.newContext({ deviceScaleFactor: 2, userAgent: AGENT })).newPage();
  await agent.addInitScript(() => Object.assign(window, { ran: [] }));
  const heard = listenTo(consumer);
  await consumer.addInitScript(() => Object.assign(window, { ran: [] }));
  await consumer.goto(`${site.url}/`);
  await signIn(agent, relay);
  site.requests.splice(0);
  return { consumer, agent, heard };
}

/** How large an image of the mirror is, and the colour in its middle. */
const look = (agent: Page, selector: string): Promise<number[]> =>
  inMirror(agent, selector).evaluate(async (element) => {
    const image = element as HTMLImageElement;
    // An image that waits for a password is neither there nor broken.
    await Promise.race([image.decode().catch(() => undefined), new Promise((resume) => setTimeout(resume, 500))]);
    const canvas = Object.assign(document.createElement('canvas'), { width: 3, height: 3 });
    const context = canvas.getContext('2d') as CanvasRenderingContext2D;
    if (image.naturalWidth > 0) context.drawImage(image, 0, 0, 3, 3);
    const { width, height } = image.getBoundingClientRect();
    return [Math.round(width), Math.round(height), ...context.getImageData(1, 1, 1, 1).data.slice(0, 3)];
  });

const shows = (agent: Page, selector: string, size: readonly [number, number], colour: readonly number[]): Promise<void> =>
  expect.poll(() => look(agent, selector), { message: `${selector} is shown`, timeout: 15_000 }).toEqual([...size, ...colour]);

test('should show what only the consumer’s browser may load: by cookie, by password, from another port, of its own making', async ({
  open,
  site,
}) => {
  const { consumer, agent, heard } = await open(
    `<style>@font-face { font-family: Boxes; src: url(/font.ttf) } #boxes { font: 20px Boxes, monospace } #ruled { background: url(/mine-ruled.png); width: 30px; height: 20px }</style>
    <img id="mine" src="/mine.png"><img id="made" src="/made?letters"><img id="basic" src="/basic.png"><img id="other" crossorigin src="${site.otherUrl}/x.png">
    <img id="sharp" srcset="/mine-1.png 1x, /mine-2.png 2x"><img id="own"><p><span id="boxes">abc</span></p><p id="ruled"></p>
    <script>
      const canvas = Object.assign(document.createElement('canvas'), { width: 40, height: 25 });
      const context = canvas.getContext('2d');
      context.fillStyle = '#0f0';
      context.fillRect(0, 0, 40, 25);
      canvas.toBlob((blob) => {
        own.src = URL.createObjectURL(blob);
        own.onload = () => URL.revokeObjectURL(own.src);
      });
    </script>`,
    { httpCredentials: CREDENTIALS },
  );
  await begin(consumer, agent, 'view-only');
  await shows(agent, '#mine', [30, 20], RED);
  await shows(agent, '#made', [30, 20], GREY);
  await shows(agent, '#basic', [30, 20], BLUE);
  await shows(agent, '#other', [30, 20], GREEN);
  await shows(agent, '#own', [40, 25], GREEN);
  // The agent's screen is a sharp one, the consumer's is not.
  await shows(agent, '#sharp', [15, 10], RED);
  await expect
    .poll(() => inMirror(agent, '#boxes').evaluate((text) => Math.round(text.getBoundingClientRect().width)), { timeout: 15_000 })
    .toBe(180);
  await expect
    .poll(() => inMirror(agent, '#ruled').evaluate((element) => getComputedStyle(element).backgroundImage))
    .toMatch(/^url\("blob:/);
  expect(heard.find(MINE), 'the picture left the page').not.toEqual([]);
  // What is made anew for each request was asked for by the agent's browser alone, whose question counts for nobody.
  expect(site.requests.filter(({ path, isMember }) => path.startsWith('/made') && isMember)).toEqual([]);
});

test('should show what changes later, and after a page load', async ({ open }) => {
  const { consumer, agent } = await open('<div id="box"></div><a id="next" href="/">next</a>');
  await begin(consumer, agent, 'shared');
  await consumer.evaluate(() => {
    document.querySelector('#box')!.innerHTML = '<img id="late" src="/mine-late.png">';
  });
  await shows(agent, '#late', [30, 20], RED);
  await consumer.locator('#next').click();
  await expect(inMirror(agent, '#late')).toHaveCount(0);
  await consumer.evaluate(() => {
    document.querySelector('#box')!.innerHTML = '<img id="again" src="/mine-late.png">';
  });
  await shows(agent, '#again', [30, 20], RED);
});

test('should never send what masked parts show, nor what an agent names of its own', async ({ open, site, relay }) => {
  const { consumer, heard } = await open(
    '<div data-tandem-mask><img id="secret" src="/secret.png"><p id="styled">x</p></div><img id="mine" src="/mine.png"><style>#styled { background: url(/secret-ruled.png) }</style>',
  );
  const agent = await bareAgent(relay, 'Mallory', await sessionOf(consumer), 'shared');
  await consumer.getByTestId('invitation-accept').click();
  await expect.poll(() => agent.page.nodeOf('mine'), { message: 'the page has come' }).toBeDefined();
  const paths = ['/secret.png', '/secret-ruled.png', '/unused.png', '/mine.png', '/account/delete'];
  const addresses = [...paths.map((path) => site.url + path), `${site.sinkUrl}/x.png`, 'file:///etc/passwd', `${site.otherUrl}/x.png`];
  site.requests.splice(0);
  const epoch = agent.frames.find(({ type }) => type === FrameType.KEYFRAME)?.epoch ?? 0;
  agent.sendRaw(encodeFrame(FrameType.RESOURCE_REQUEST, epoch, 0, encodeResourceRequest({ isInFull: false, addresses })));
  const answers = (): Record<string, ResourceState> =>
    Object.fromEntries(
      agent.frames
        .filter(({ type }) => type === FrameType.ASSET)
        .map(({ payload }) => decodeAssetPart(payload).bytes)
        .filter((bytes) => bytes[HASH_BYTES] === AssetCoding.RESOURCE)
        .map((bytes) => decodeResource(bytes.subarray(HASH_BYTES + 1)))
        .map(({ address, state }) => [address, state]),
    );
  const wanted = addresses
    .filter((address) => !address.startsWith('file:'))
    .map((address) => [address, address.endsWith('/mine.png') ? ResourceState.CONTENT : ResourceState.NONE]);
  await expect.poll(answers, { timeout: 15_000 }).toEqual(Object.fromEntries(wanted));
  expect(heard.find(MINE)).not.toEqual([]);
  expect(heard.find(SECRET)).toEqual([]);
  expect(heard.find(UNUSED)).toEqual([]);
  expect([site.requests, site.contacts]).toEqual([[], []]);
  agent.close();
});

test('should send a picture over the bound smaller, and lay it out as it is', async ({ open }) => {
  expect(LARGE.length).toBeGreaterThan(MAX_RESOURCE_BYTES);
  const { consumer, agent } = await open('<img id="large" src="/large.png"><p id="after">after</p>');
  await begin(consumer, agent, 'view-only');
  await expect
    .poll(async () => (await look(agent, '#large')).slice(0, 2), { message: 'laid out as at the consumer', timeout: 30_000 })
    .toEqual([700, 500]);
  const top = (page: Page): Promise<number> =>
    page.locator('#after').evaluate((element) => Math.round(element.getBoundingClientRect().top));
  expect(await inMirror(agent, '#after').evaluate((element) => Math.round(element.getBoundingClientRect().top))).toBe(await top(consumer));
});

test('should let no resource run or reach anybody from the agent’s window, whatever it is called', async ({ open, site }) => {
  const uses = `#bg { background: url(/evil.svg) } #mask { mask-image: url(/evil-2.svg) } #filter { filter: url(/evil.svg#f) } #content::before { content: url(/evil.svg) } #page { background: url(/page-2.png) }`;
  const { consumer, agent } = await open(
    `<style>${uses}</style><img id="svg" src="/evil.svg"><img id="part" src="/evil.svg#f"><img id="html" src="/page.png"><svg width="50" height="50"><image href="/evil.svg" width="9" height="9"/><use href="/evil.svg#f"/></svg>
    <input type="image" src="/evil-3.svg"><video poster="/evil-4.svg"></video><object data="/evil.svg"></object>
    <p id="bg">x</p><p id="mask">x</p><p id="filter">x</p><p id="content">x</p><p id="page">x</p>`,
  );
  await begin(consumer, agent, 'view-only');
  await shows(agent, '#svg', [40, 30], BLUE);
  await expect
    .poll(() => inMirror(agent, '#bg').evaluate((element) => getComputedStyle(element).backgroundImage), { timeout: 15_000 })
    .toMatch(/^url\("data:image\/svg/);
  // One more look at everything that may have failed.
  await agent.waitForTimeout(1_500);
  expect(await inMirror(agent, '#html').evaluate((image) => (image as HTMLImageElement).naturalWidth)).toBe(0);
  expect(await agent.evaluate(() => (window as unknown as { ran: unknown[] }).ran)).toEqual([]);
  expect(site.contacts).toEqual([]);
});
