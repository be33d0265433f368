import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { kindOf } from '../../src/protocol/resource-kind.ts';
import { MAX_RESOURCE_BYTES, ResourceState } from '../../src/protocol/resource.ts';
import type { SessionInfo } from '../../src/protocol/control.ts';
import { type LocalServer, serve } from '../browser.ts';
import { boxFont } from '../font.ts';
import { noise, png } from '../png.ts';
import { bundleLab, launch } from './browser.ts';
import type { SentResource, Shop } from './lab.ts';

declare global {
  interface Window {
    shop: Shop;
  }
}

const RED = png(20, 10, [255, 0, 0]);
const PHOTO = Buffer.concat([png(20, 10, [0, 255, 0]), Buffer.from('eXIf 52.5 N 13.4 E')].map((part) => new Uint8Array(part)));
const LARGE = png(600, 400, noise);
const DRAWING = '<svg xmlns="http://www.w3.org/2000/svg" width="30" height="20"><rect width="30" height="20" fill="#00f"/></svg>';
const FONT = boxFont('Boxes');
const LONG_FONT = Buffer.concat([new Uint8Array(FONT), new Uint8Array(MAX_RESOURCE_BYTES)]);
const COOKIE = 'member=yes';

const { NONE, CONTENT, KNOWN } = ResourceState;

/** A page of a shop that shows its pictures to members only. */
const page = (body: string, style = ''): string => `<!doctype html><html><head><style>${style}</style></head><body>${body}</body></html>`;

describe('what the agent’s browser cannot load', () => {
  let browser: Browser;
  let lab: string;
  let shop: LocalServer;
  let other: LocalServer;
  let tab: Page;
  let html = '';
  const asked: string[] = [];
  const said: string[] = [];

  const pathOf = (request: IncomingMessage): string => request.url ?? '/';
  const isMember = (request: IncomingMessage): boolean => (request.headers.cookie ?? '').includes(COOKIE);

  beforeAll(async () => {
    browser = await launch();
    lab = await bundleLab();
    shop = await serve((request, response) => {
      const path = pathOf(request);
      asked.push(path);
      if (path === '/') return response.setHeader('Set-Cookie', COOKIE).setHeader('Content-Type', 'text/html').end(html);
      if (!isMember(request)) return response.writeHead(403).end();
      const content = contentOf(path);
      if (content === undefined) return response.writeHead(path === '/favicon.ico' ? 204 : 404).end();
      response.setHeader('Content-Type', path.endsWith('.svg') ? 'image/svg+xml' : 'application/octet-stream');
      response.setHeader('Cache-Control', path.startsWith('/made') ? 'no-store' : 'max-age=3600').end(content);
    });
    other = await serve((request, response) => {
      if (pathOf(request).startsWith('/open')) response.setHeader('Access-Control-Allow-Origin', shop.origin);
      response.setHeader('Cache-Control', 'max-age=3600').end(pathOf(request).endsWith('.ttf') ? FONT : RED);
    });
  });
  afterAll(async () => {
    await browser.close();
    await shop.close();
    await other.close();
  });
  beforeEach(async () => {
    tab = await (await browser.newContext({ viewport: { width: 1024, height: 700 } })).newPage();
    await tab.addInitScript({ content: `${lab};globalThis.tandemLab = tandemLab;` });
    tab.on('console', (message) => said.push(message.text()));
    tab.on('pageerror', (error) => said.push(error.message));
  });
  afterEach(async () => {
    await tab.context().close();
    // Whatever is handed out or not: the page's console is the page's own.
    expect(said.splice(0)).toEqual([]);
  });

  function contentOf(path: string): Buffer | string | undefined {
    if (path.startsWith('/large')) return LARGE;
    if (path.startsWith('/photo')) return PHOTO;
    if (path.startsWith('/page')) return '<!doctype html><p>Sign in first</p>';
    if (path.endsWith('.svg')) return DRAWING;
    if (path.startsWith('/long')) return LONG_FONT;
    if (path.endsWith('.ttf')) return FONT;
    // A picture that is drawn anew for each request.
    if (path.startsWith('/made')) return png(20, 10, [asked.filter((one) => one === path).length * 50, 0, 0]);
    return path.startsWith('/none') ? undefined : RED;
  }

  /** Opens a page and sends it whole. */
  async function open(body: string, style?: string, session: Partial<SessionInfo> = {}): Promise<void> {
    html = page(body, style);
    await tab.goto(`${shop.origin}/`);
    await tab.evaluate(async (changes) => {
      window.lab = window.tandemLab.start();
      window.lab.capture.keyframe();
      await window.lab.whole();
      window.shop = window.tandemLab.handOut(window.lab, changes);
    }, session);
    asked.splice(0);
  }

  const ask = (...addresses: string[]): Promise<void> =>
    tab.evaluate(
      (wanted) => {
        window.shop.ask(wanted);
      },
      addresses.map((address) => new URL(address, shop.origin).href),
    );
  const answers = (): Promise<SentResource[]> => tab.evaluate(() => window.tandemLab.resourcesOf(window.lab.mirror));

  /** Waits for so many answers. */
  async function heard(count: number): Promise<SentResource[]> {
    await expect.poll(() => tab.evaluate(() => window.tandemLab.countResources(window.lab.mirror)), { timeout: 10_000 }).toBe(count);
    return answers();
  }

  /** Until whatever was asked for would have been answered. */
  const quiet = (): Promise<void> => tab.evaluate(() => new Promise((resume) => setTimeout(resume, 1_000)));

  /** What became of each address. */
  const outcomes = async (count: number): Promise<Record<string, ResourceState>> =>
    Object.fromEntries((await heard(count)).map(({ address, state }) => [address.replace(shop.origin, ''), state]));

  const typeOf = ({ content }: SentResource): string => kindOf(new Uint8Array(Buffer.from(content, 'base64')))?.type ?? 'none';

  /** Width, height and the colour in the middle. */
  const pixelsOf = ({ content }: SentResource): Promise<number[]> =>
    tab.evaluate(async (base64) => {
      const bytes = Uint8Array.from(atob(base64), (unit) => unit.charCodeAt(0));
      const bitmap = await createImageBitmap(new Blob([bytes]));
      const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
      const context = canvas.getContext('2d') as OffscreenCanvasRenderingContext2D;
      context.drawImage(bitmap, 0, 0);
      return [bitmap.width, bitmap.height, ...context.getImageData(bitmap.width >> 1, bitmap.height >> 1, 1, 1).data.slice(0, 3)];
    }, content);

  it('should be handed out as it is, from the browser’s own cache, told by its hash', async () => {
    await open('<img src="/me.png">');
    await ask('/me.png');
    const [answer] = await heard(1);
    expect(answer).toEqual({
      state: CONTENT,
      address: `${shop.origin}/me.png`,
      width: 0,
      height: 0,
      content: RED.toString('base64'),
      hash: createHash('sha256').update(new Uint8Array(RED)).digest('hex'),
    });
    expect(asked).toEqual([]);
  });

  it('should be drawn from the element that shows it where a server may make it anew, so that the page’s own stays good', async () => {
    await open('<img src="/made?letters"><img src="/me.png?version=3">');
    await ask('/made?letters', '/me.png?version=3');
    const [made, versioned] = await heard(2);
    expect(await pixelsOf(made as SentResource)).toEqual([20, 10, 50, 0, 0]);
    expect(await pixelsOf(versioned as SentResource)).toEqual([20, 10, 255, 0, 0]);
    expect(asked).toEqual([]);
  });

  it('should be whatever a page shows by attributes, its own styles and its rules', async () => {
    const shown = [
      '/in.png',
      '/poster.png',
      '/svg.png',
      '/body.png',
      '/own.png',
      '/rule.png',
      '/inner.png',
      '/two.png',
      '/pick.png',
      '/nest.png',
    ];
    await open(
      `<input type="image" src="/in.png"><video poster="/poster.png"></video><svg><image href="/svg.png" width="9" height="9"/></svg>
      <table background="/body.png"><tr><td>x</td></tr></table><p style="background: url(own.png)">x</p><p id="rule">x</p><p id="nest"><b>x</b></p>
      <img srcset="/one.png 1x, /two.png 2x"><picture><source srcset="/pick.png" media="print"><img src="/me.png"></picture><div id="host"></div>
      <script>host.attachShadow({ mode: 'open' }).innerHTML = '<style>:host(.x) i, b:hover::after { background: url(inner.png) }</style><b>x</b>'</script>`,
      '@media all { #rule:hover::before { content: ""; background: url("rule.png") } } #nest { & b { background: url(nest.png) } }',
    );
    await ask(...shown);
    const found = await heard(shown.length);
    expect(found.map(({ address }) => address.replace(shop.origin, '')).sort()).toEqual([...shown].sort());
    // Once in full, and then by its hash: they are all the same picture.
    expect(found.map(({ state }) => state)).toEqual([CONTENT, ...shown.slice(1).map(() => KNOWN)]);
    await tab.evaluate((address) => window.shop.ask([address], { isInFull: true }), `${shop.origin}/own.png`);
    expect((await heard(shown.length + 1)).at(-1)).toMatchObject({ state: CONTENT, content: RED.toString('base64') });
  });

  it('should be a font of the page’s texts, unless the brand hands out images alone, and nothing at all where it hands out nothing', async () => {
    const style = '@font-face { font-family: Boxes; src: url(/boxes.ttf) } p { font-family: Boxes } b { background: url(rule.png) }';
    await open('<p>text</p><b>b</b>', style);
    await tab.evaluate(() => document.fonts.ready);
    await ask('/boxes.ttf');
    expect((await heard(1))[0]?.content).toBe(FONT.toString('base64'));

    await open('<p>text</p><b>b</b>', style, { resources: 'images' });
    await ask('/boxes.ttf', '/rule.png');
    expect(await outcomes(2)).toEqual({ '/boxes.ttf': NONE, '/rule.png': CONTENT });

    await open('<p>text</p><b>b</b>', style, { resources: 'none' });
    await ask('/boxes.ttf', '/rule.png');
    await quiet();
    expect(await answers()).toEqual([]);
  });

  it('should be nothing that the page does not show, and nobody is asked for it', async () => {
    await open(
      '<img src="/me.png"><a href="/account.png">account</a><p data-picture="/data.png">x</p>',
      '.unused { background: url(unused.png) }',
    );
    await ask('/account.png', '/data.png', '/unused.png', '/admin/delete', 'https://intranet.example/secret.png');
    await ask('/me.png#part', 'file:///etc/passwd', 'javascript:alert(1)', 'data:image/png,x', '/me.png');
    expect(await outcomes(6)).toEqual({
      '/account.png': NONE,
      '/data.png': NONE,
      '/unused.png': NONE,
      '/admin/delete': NONE,
      'https://intranet.example/secret.png': NONE,
      '/me.png': CONTENT,
    });
    expect(asked).toEqual([]);
  });

  it('should be nothing that masked parts alone show, by whatever way', async () => {
    await open(
      `<div data-tandem-mask><img src="/secret.png"><img src="/both.png"><p style="background: url(/styled.png)" class="ruled">x</p>
        <picture><source srcset="/source.png"><img src="/other.png"></picture><style>p { background: url(/inside.png) }</style><div id="host"></div></div>
      <picture><source srcset="/source-of-masked.png"><img data-tandem-mask src="/x.png"></picture><img src="/both.png"><p class="half">x</p><p data-tandem-mask class="half">x</p>
      <script>host.attachShadow({ mode: 'open' }).innerHTML = '<style>:host { background: url(/shadow.png) }</style><img src="/inner.png">'</script>`,
      '.ruled { background: url(/ruled.png) } .ruled { & { background: url(/nested.png) } } .half { background: url(/half.png) }',
    );
    const hidden = [
      '/secret.png',
      '/styled.png',
      '/ruled.png',
      '/nested.png',
      '/source.png',
      '/other.png',
      '/inside.png',
      '/shadow.png',
      '/inner.png',
    ];
    await ask(...hidden, '/source-of-masked.png', '/both.png', '/half.png');
    const found = await outcomes(hidden.length + 3);
    for (const path of [...hidden, '/source-of-masked.png']) expect([path, found[path]]).toEqual([path, NONE]);
    expect([found['/both.png'], found['/half.png']].sort()).toEqual([CONTENT, KNOWN]);
  });

  it('should be nothing that becomes secret before its turn', async () => {
    await open('<img id="photo" src="/me.png"><img src="/large.png">');
    await tab.evaluate(() => {
      window.lab.hasRoomFor = 0;
    });
    await ask('/me.png');
    await quiet();
    await tab.evaluate(() => {
      document.querySelector('#photo')?.setAttribute('data-tandem-mask', '');
      window.lab.hasRoomFor = Infinity;
      window.lab.capture.goOn();
    });
    expect(await outcomes(1)).toEqual({ '/me.png': NONE });
  });

  it('should be drawn where nobody can load it any more', async () => {
    await open('<img id="blob"><p id="styled">x</p>');
    const [blob, styled] = await tab.evaluate(async () => {
      const urls = [40, 50].map((width) => {
        const canvas = Object.assign(document.createElement('canvas'), { width, height: 30 });
        const context = canvas.getContext('2d') as CanvasRenderingContext2D;
        context.fillStyle = '#0f0';
        context.fillRect(0, 0, 50, 30);
        const text = atob(canvas.toDataURL().split(',')[1] as string);
        return URL.createObjectURL(new Blob([Uint8Array.from(text, (unit) => unit.charCodeAt(0))]));
      });
      const image = document.querySelector('#blob') as HTMLImageElement;
      image.src = urls[0] as string;
      await image.decode();
      URL.revokeObjectURL(image.src);
      (document.querySelector('#styled') as HTMLElement).style.background = `url(${urls[1] as string})`;
      window.lab.capture.flush();
      return urls as [string, string];
    });
    await ask(blob, styled);
    const found = await heard(2);
    expect((await Promise.all(found.map(pixelsOf))).sort()).toEqual([
      [40, 30, 0, 255, 0],
      [50, 30, 0, 255, 0],
    ]);
  });

  it('should wait until the page itself has loaded it, and be nothing where the page cannot, or does not any more', async () => {
    await open('<img src="/none.png"><img id="slow"><img id="gone">');
    said.splice(0);
    const held: (() => Promise<void>)[] = [];
    await tab.route(/slow|gone/, (route) => void held.push(() => route.continue()));
    await tab.evaluate(() => {
      (document.querySelector('#slow') as HTMLImageElement).src = '/made?slow';
      (document.querySelector('#gone') as HTMLImageElement).src = '/gone.png';
      window.lab.capture.flush();
    });
    await ask('/none.png', '/made?slow', '/gone.png');
    expect(await outcomes(1)).toEqual({ '/none.png': NONE });
    await tab.evaluate(() => {
      (document.querySelector('#gone') as HTMLImageElement).src = '/me.png';
    });
    expect(await outcomes(2)).toEqual({ '/none.png': NONE, '/gone.png': NONE });
    for (const go of held) await go();
    expect(await outcomes(3)).toEqual({ '/none.png': NONE, '/gone.png': NONE, '/made?slow': CONTENT });
    expect(asked.filter((path) => path === '/made?slow')).toHaveLength(1);
  });

  it('should be of another origin where the page itself may read it', async () => {
    await open(
      `<img id="closed" src="${other.origin}/closed.png"><img crossorigin src="${other.origin}/open.png"><p>text</p><b>x</b>`,
      `@font-face { font-family: Boxes; src: url(${other.origin}/open.ttf) } p { font-family: Boxes } b { background: url(${other.origin}/open-rule.png) }`,
    );
    await tab.evaluate(() => document.fonts.ready);
    await ask(...['/closed.png', '/open.png', '/open.ttf', '/open-rule.png'].map((path) => other.origin + path));
    expect(await outcomes(4)).toEqual({
      [`${other.origin}/closed.png`]: NONE,
      [`${other.origin}/open.png`]: CONTENT,
      [`${other.origin}/open.ttf`]: CONTENT,
      // Styles load images in a way that lets nobody read them.
      [`${other.origin}/open-rule.png`]: NONE,
    });
  });

  it('should be an image or a font by its own bytes, whatever it is called', async () => {
    await open('<b>x</b><i>x</i>', 'b { background: url(/page.png) } i { background: url(/drawing.svg) }');
    await ask('/page.png', '/drawing.svg');
    expect(await outcomes(2)).toEqual({ '/page.png': NONE, '/drawing.svg': CONTENT });
    expect((await answers()).map(typeOf).sort()).toEqual(['image/svg+xml', 'none']);
  });

  it('should tell nothing that is not seen, such as where a photograph was taken', async () => {
    await open('<img src="/photo.png">');
    await ask('/photo.png');
    const [photo] = await heard(1);
    expect(await pixelsOf(photo as SentResource)).toEqual([20, 10, 0, 255, 0]);
    expect(Buffer.from(photo?.content ?? '', 'base64').includes('eXIf')).toBe(false);
  });

  it('should be no longer than a bound: a larger image is scaled and told with its own size, a longer font is none', async () => {
    expect(LARGE.length).toBeGreaterThan(MAX_RESOURCE_BYTES);
    await open('<img src="/large.png"><p>text</p>', '@font-face { font-family: Long; src: url(/long.ttf) } p { font-family: Long }');
    await tab.evaluate(() => document.fonts.ready);
    said.splice(0);
    await ask('/large.png', '/long.ttf');
    const found = await heard(2);
    const image = found.find(({ address }) => address.endsWith('/large.png')) as SentResource;
    expect(image.content.length).toBeLessThanOrEqual(MAX_RESOURCE_BYTES);
    const [width] = await pixelsOf(image);
    expect([image.width, image.height]).toEqual(width === 600 ? [0, 0] : [600, 400]);
    expect(found.find(({ address }) => address.endsWith('/long.ttf'))?.state).toBe(NONE);
  });

  it('should be smaller where it is shown small, or the link is poor', async () => {
    await open('<img src="/large.png" width="90" height="60"><img src="/large.png?2" width="900" height="600">');
    await tab.evaluate(() => {
      window.shop.quality = 'poor';
    });
    await ask('/large.png', '/large.png?2');
    const found = await heard(2);
    const sizes = await Promise.all(found.map(async (one) => [one.width, one.height, ...(await pixelsOf(one)).slice(0, 2)]));
    expect(sizes).toEqual([
      [600, 400, 180, 120],
      [0, 0, 600, 400],
    ]);
  });

  it('should come in the order in which the consumer sees it, after the page', async () => {
    await open(
      '<div style="height: 5000px"></div><img src="/far.png"><div id="top"></div>',
      '#top { position: fixed; top: 0 } b { background: url(/rule.png) }',
    );
    await tab.evaluate(async () => {
      (document.querySelector('#top') as HTMLElement).innerHTML = '<b>x</b><img src="/near.png">';
      await (document.querySelector('#top img') as HTMLImageElement).decode();
      window.lab.capture.flush();
    });
    await ask('/far.png', '/rule.png', '/near.png');
    const found = await heard(3);
    expect(found.map(({ address }) => address.replace(shop.origin, ''))).toEqual(['/near.png', '/rule.png', '/far.png']);
  });

  it('should be for an agent of the running session alone, and about this document', async () => {
    await open('<img src="/me.png">');
    await tab.evaluate((address) => {
      window.shop.ask([address], { sender: 1 });
      window.shop.ask([address], { sender: 7 });
      window.shop.ask([address], { epoch: 2 });
      window.shop.say(new Uint8Array([9]));
      window.shop.say(new Uint8Array([0, 200, 1]));
      window.tandemLab.handOut(window.lab, { state: 'paused' }).ask([address]);
    }, `${shop.origin}/me.png`);
    await quiet();
    expect(await answers()).toEqual([]);
  });

  it('should be told by its hash alone where the viewer has it from another page', async () => {
    await open('<img src="/me.png">');
    const hash = createHash('sha256').update(new Uint8Array(RED)).digest('hex');
    await tab.evaluate(
      (prefix) => {
        window.lab.capture.viewerHas(new Set([prefix]));
      },
      hash.slice(0, 16),
    );
    await ask('/me.png');
    expect(await heard(1)).toMatchObject([{ state: KNOWN, hash, content: '' }]);
  });

  it('should leave nothing in the page when the session has ended', async () => {
    await open('<img src="/me.png">');
    await ask('/me.png');
    await tab.evaluate(() => {
      window.shop.stop();
      window.lab.capture.stop();
    });
    await quiet();
    const left = await tab.evaluate(async () => {
      let timers = 0;
      const { setTimeout: original } = window;
      Object.assign(window, { setTimeout: (...args: Parameters<typeof setTimeout>) => (timers++, original(...args)) });
      await new Promise((resume) => original(resume, 500));
      return { timers, elements: document.querySelectorAll('*').length };
    });
    expect(left).toEqual({ timers: 0, elements: 5 });
    expect(await answers()).toEqual([]);
  });
});
