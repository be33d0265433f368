import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { boxFont } from '../font.ts';
import { png } from '../png.ts';
import type { Answer, Opened } from './in-page.ts';
import { replayPage } from './replay-page.ts';

declare global {
  interface Window {
    opened: Opened;
    asked: { readonly isInFull: boolean; readonly addresses: readonly string[] }[];
  }
}

const RED = png(20, 10, [255, 0, 0]).toString('base64');
const BLUE = png(30, 40, [0, 0, 255]).toString('base64');
const DRAWING = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="25" height="15"><rect width="25" height="15"/></svg>').toString(
  'base64',
);
const FONT = boxFont('Boxes').toString('base64');
const PAGE = Buffer.from('<!doctype html><script>top.ran = true</script>').toString('base64');
const BLOB = 'blob:https://shop.example/5e6f0a3c-1d2b-4c3d-8e9f-0a1b2c3d4e5f';

const requests: string[] = [];
/** What only the consumer's browser is shown; everything else is there for all. */
const page = replayPage(undefined, (request, response) => {
  if (request.url !== '/favicon.ico') requests.push(request.url ?? '');
  if (request.url?.startsWith('/never')) return;
  if (!request.url?.startsWith('/public')) return void response.writeHead(403).end();
  response.end(new Uint8Array(Buffer.from(RED, 'base64')));
});
const origin = (): string => new URL(page().url()).origin;

beforeEach(() => {
  requests.splice(0);
});

/** Shows a page of this origin, and notes what is asked for. */
const show = (html: string, options: { readonly url?: string; readonly deskHost?: string } = {}): Promise<void> =>
  page().evaluate(
    ([text, { url = `${location.origin}/dir/page`, ...more }]) => {
      window.asked = [];
      window.opened = replay.show({ html: text, url }, { onLacking: (request) => window.asked.push(request), ...more });
    },
    [html, options] as const,
  );
const answer = (one: Answer): Promise<void> => page().evaluate((given) => replay.answer(window.opened.mirror, given), one);
const asked = (): Promise<string[]> => page().evaluate(() => window.asked.flatMap(({ addresses }) => addresses));
const askedFor = async (...paths: string[]): Promise<void> =>
  expect.poll(async () => (await asked()).sort(), { timeout: 5_000 }).toEqual(paths.map((path) => new URL(path, origin()).href).sort());
const pause = (millis: number): Promise<void> => page().evaluate((time) => new Promise((resume) => setTimeout(resume, time)), millis);

/** How an image in the mirror is laid out, and what is in its middle. */
const shown = (selector: string): Promise<number[]> =>
  page().evaluate(async (found) => {
    const image = window.opened.mirror.document?.querySelector(found) as HTMLImageElement;
    await image.decode().catch(() => undefined);
    const { width, height } = image.getBoundingClientRect();
    const canvas = new OffscreenCanvas(9, 9);
    const context = canvas.getContext('2d') as OffscreenCanvasRenderingContext2D;
    if (image.naturalWidth > 0) context.drawImage(image, 0, 0, 9, 9);
    return [width, height, ...context.getImageData(4, 4, 1, 1).data.slice(0, 3)];
  }, selector);
const eventually = (selector: string, ...wanted: number[]): Promise<void> =>
  expect.poll(() => shown(selector), { timeout: 5_000 }).toEqual(wanted);
const attribute = (selector: string, name: string): Promise<string | null | undefined> =>
  page().evaluate(([found, of]) => window.opened.mirror.document?.querySelector(found)?.getAttribute(of), [selector, name] as const);

describe('images that the agent’s browser cannot load', () => {
  it('should be asked for once, and shown when they come', async () => {
    await show('<img id="a" src="/secret.png"><img id="b" src="../secret.png"><img src="/public.png">');
    await askedFor('/secret.png');
    await answer({ address: `${origin()}/secret.png`, content: RED });
    await eventually('#a', 20, 10, 255, 0, 0);
    await eventually('#b', 20, 10, 255, 0, 0);
    // One that comes later is shown at once, and asks nobody.
    await page().evaluate(() => {
      const { mirror, ids, lastId } = window.opened as Opened & { ids: Record<string, number>; lastId: number };
      mirror.apply(
        replay.change((writer) => {
          writer.nodes(ids['body'] as number, 0);
          replay.fragment(writer, '<img id="c" src="/secret.png#part">', lastId + 1);
          writer.close();
        }),
      );
    });
    await eventually('#c', 20, 10, 255, 0, 0);
    expect(await attribute('#c', 'src')).toMatch(/^blob:.*#part$/);
    await askedFor('/secret.png');
    expect(requests.filter((path) => path === '/secret.png')).toHaveLength(1);
  });

  it('should be asked for by every way that shows one', async () => {
    await show(
      `<style>@media all { #ruled { background: url(ruled.png) } } @font-face { font-family: B; src: url(b.woff2) format("woff2"), url(b.ttf) } p { font-family: B }</style>
      <img srcset="/one.png 1x, /two.png 2x"><picture><source srcset="/source.png"><img id="picked"></picture><input type="image" src="/in.png">
      <svg><image href="/svg.png" width="9" height="9"/></svg><video poster="/poster.png"></video><p id="ruled">ruled</p><p style="background: url('/styled.png')">x</p>
      <div id="host"><template shadowrootmode="open"><img src="/inner.png"><style>b { background: url(/inner-ruled.png) }</style><b>x</b></template></div>`,
    );
    const all = [
      '/one.png',
      '/source.png',
      '/in.png',
      '/svg.png',
      '/poster.png',
      '/dir/ruled.png',
      '/styled.png',
      '/inner.png',
      '/inner-ruled.png',
    ];
    await askedFor(...all, '/dir/b.woff2');
    for (const path of all) await answer({ address: origin() + path, content: RED });
    await answer({ address: `${origin()}/dir/b.woff2` });
    // A font is tried in all its forms, one after the other.
    await askedFor(...all, '/dir/b.woff2', '/dir/b.ttf');
    await answer({ address: `${origin()}/dir/b.ttf`, content: FONT });
    await eventually('#picked', 20, 10, 255, 0, 0);
    const state = (): Promise<unknown> =>
      page().evaluate(() => {
        const { document: mirrored } = window.opened.mirror;
        if (!mirrored) throw new Error('no mirror');
        const all = [...mirrored.querySelectorAll('*'), ...(mirrored.querySelector('#host')?.shadowRoot?.querySelectorAll('*') ?? [])];
        const attributes = all.flatMap((element) => [...element.attributes].map(({ value }) => value));
        const sheets = [...mirrored.styleSheets, ...(mirrored.querySelector('#host')?.shadowRoot?.styleSheets ?? [])];
        const left = [...attributes, ...sheets.flatMap(({ cssRules }) => [...cssRules].map(({ cssText }) => cssText))];
        return {
          left: left.filter((text) => text.includes('.png') && !text.includes('/two.png')),
          kept: attributes.filter((text) => text.includes('/two.png')).length,
          width: mirrored.querySelector('#ruled')?.ownerDocument.fonts.check('16px B'),
          status: [...mirrored.fonts].map(({ status }) => status),
        };
      });
    await expect.poll(state, { timeout: 5_000 }).toEqual({ left: [], kept: 1, width: true, status: ['loaded'] });
  });

  it('should be laid out as large as they are at the consumer, however small they travel', async () => {
    await show(
      '<img id="a" src="/large.png"><img id="b" srcset="/sharp.png 2x"><div id="c" style="width: max-content"><img src="/wide.png" style="height: 50px"></div>',
    );
    await askedFor('/large.png', '/sharp.png', '/wide.png');
    await answer({ address: `${origin()}/large.png`, content: RED, width: 400, height: 300 });
    await answer({ address: `${origin()}/sharp.png`, content: BLUE, width: 300, height: 400 });
    await answer({ address: `${origin()}/wide.png`, content: RED, width: 4000, height: 1000 });
    await eventually('#a', 400, 300, 255, 0, 0);
    await eventually('#b', 150, 200, 0, 0, 255);
    await eventually('#c img', 200, 50, 255, 0, 0);
  });

  it('should be asked for at once where only the consumer’s window has them, and nobody else is', async () => {
    await show(
      `<style>#c { background: url(${BLOB}3) }</style><img id="a" src="${BLOB}1"><img id="b" srcset="${BLOB}2 1x"><p id="c">x</p><p style="background: url(${BLOB}4)">x</p>`,
    );
    await askedFor(...['1', '2', '3', '4'].map((number) => BLOB + number));
    for (const number of ['1', '2', '3', '4']) await answer({ address: BLOB + number, content: BLUE });
    await eventually('#a', 30, 40, 0, 0, 255);
    await eventually('#b', 30, 40, 0, 0, 255);
    const background = (): Promise<string> =>
      page().evaluate(() => {
        const { document: mirrored } = window.opened.mirror;
        const element = mirrored?.querySelector('#c') as Element;
        return mirrored?.defaultView?.getComputedStyle(element).backgroundImage ?? '';
      });
    await expect.poll(background).toMatch(/^url\("blob:http:\/\/127/);
    expect(requests).toEqual([]);
  });

  it('should be shown by the styles of whatever element has them, while its content is still to come and after', async () => {
    await show(
      `<svg id="drawing" style="background: url(${BLOB})"><g/></svg><math id="formula" style="background: url(${BLOB})"></math>
      <form id="form" style="background: url(${BLOB})"><input name="style"></form><p id="held" style="background: url(${BLOB})">x</p>`,
    );
    await page().evaluate(() => {
      const { mirror, ids } = window.opened as Opened & { ids: Record<string, number> };
      mirror.apply(replay.change((writer) => Object.values(ids).forEach((id) => id > 1 && writer.hold(id, 1, 100, 50))));
    });
    await askedFor(BLOB);
    await answer({ address: BLOB, content: RED });
    const backgrounds = (): Promise<string[]> =>
      page().evaluate(() =>
        ['drawing', 'formula', 'form', 'held'].map((id) => {
          const element = window.opened.mirror.document?.getElementById(id) as Element;
          return element.ownerDocument.defaultView?.getComputedStyle(element).backgroundImage.slice(0, 10) ?? '';
        }),
      );
    await expect.poll(backgrounds).toEqual(Array.from({ length: 4 }, () => 'url("blob:'));
    await page().evaluate(() => {
      const { mirror, ids } = window.opened as Opened & { ids: Record<string, number> };
      mirror.apply(replay.change((writer) => Object.values(ids).forEach((id) => id > 1 && writer.hold(id, 0, 0, 0))));
    });
    expect(await backgrounds()).toEqual(Array.from({ length: 4 }, () => 'url("blob:'));
    expect(await page().evaluate(() => window.opened.broken)).toEqual([]);
  });

  it('should not be looked for on the agent’s own machine', async () => {
    const local = `http://localhost:${new URL(origin()).port}`;
    await show('<img src="/public.png"><style>b { background: url(/public-2.png) }</style><b>x</b><img src="https://cdn.invalid/x.png">', {
      url: `${local}/`,
      deskHost: 'desk.example',
    });
    await expect.poll(asked).toEqual(expect.arrayContaining([`${local}/public.png`, `${local}/public-2.png`]));
    expect(requests).toEqual([]);
    await show('<img src="/public.png">', { url: `${local}/`, deskHost: 'localhost' });
    await expect.poll(() => requests).toEqual(['/public.png']);
  });

  it('should stay as they are where the page shows none, and be asked for no more', async () => {
    await show('<img id="a" src="/secret.png"><style>b { background: url(/b.png) }</style><b>b</b>');
    await askedFor('/secret.png', '/b.png');
    await answer({ address: `${origin()}/secret.png` });
    await answer({ address: `${origin()}/b.png` });
    await pause(2_500);
    await askedFor('/secret.png', '/b.png');
    expect(await attribute('#a', 'src')).toBe(`${origin()}/secret.png`);
  });

  it('should be asked for where they are in sight and nobody answers', async () => {
    await show('<img id="near" src="/never.png"><div style="height: 5000px"></div><img src="/never-far.png">');
    await expect.poll(asked, { timeout: 10_000 }).toEqual([`${origin()}/never.png`]);
    await answer({ address: `${origin()}/never.png`, content: RED });
    await eventually('#near', 20, 10, 255, 0, 0);
    expect(await asked()).toEqual([`${origin()}/never.png`]);
  });

  it('should be what their bytes are, and nothing else', async () => {
    await show(
      '<img id="a" src="/page.png"><img id="b" src="/drawing.png"><style>b { background: url(/drawing.png#part) }</style><b>b</b>',
    );
    await askedFor('/page.png', '/drawing.png');
    await answer({ address: `${origin()}/page.png`, content: PAGE });
    await answer({ address: `${origin()}/drawing.png`, content: DRAWING });
    await eventually('#b', 25, 15, 0, 0, 0);
    // Not under an address of the desk, where it would be a page of the desk's.
    expect(await attribute('#b', 'src')).toMatch(/^data:image\/svg\+xml;base64,/);
    expect(await attribute('#a', 'src')).toBe(`${origin()}/page.png`);
    // A part of it may be a filter, which is more than an image.
    const rule = await page().evaluate(() => window.opened.mirror.document?.styleSheets[0]?.cssRules[0]?.cssText);
    expect(rule).toContain(`${origin()}/drawing.png#part`);
  });

  it('should be taken by their hash where they came before, and asked for in full where they did not', async () => {
    const hash = createHash('sha256')
      .update(new Uint8Array(Buffer.from(RED, 'base64')))
      .digest('hex');
    await show('<img id="a" src="/a.png"><img id="b" src="/b.png">');
    await askedFor('/a.png', '/b.png');
    await answer({ address: `${origin()}/b.png`, state: 2, hash });
    await expect.poll(() => page().evaluate(() => window.asked.at(-1))).toEqual({ isInFull: true, addresses: [`${origin()}/b.png`] });
    await answer({ address: `${origin()}/a.png`, content: RED });
    await eventually('#a', 20, 10, 255, 0, 0);
    await answer({ address: `${origin()}/b.png`, state: 2, hash, width: 40, height: 20 });
    await eventually('#b', 40, 20, 255, 0, 0);
  });

  it('should not be shown where they are of another hash than they are said to be', async () => {
    await show('<img id="a" src="/a.png">');
    await askedFor('/a.png');
    await answer({ address: `${origin()}/a.png`, content: RED, hash: '11'.repeat(32) });
    await pause(300);
    expect(await attribute('#a', 'src')).toBe(`${origin()}/a.png`);
    expect(await page().evaluate(() => window.opened.broken)).toEqual([]);
  });

  it('should stay when the page comes anew, be asked for anew in another document, and leave nothing behind', async () => {
    await page().evaluate(() => {
      const revoked: string[] = [];
      const { revokeObjectURL } = URL;
      URL.revokeObjectURL = (url) => {
        revoked.push(url);
        revokeObjectURL.call(URL, url);
      };
      Object.assign(window, { revoked });
    });
    await show('<img id="a" src="/a.png">');
    await askedFor('/a.png');
    await answer({ address: `${origin()}/a.png`, content: RED });
    await eventually('#a', 20, 10, 255, 0, 0);
    const src = await attribute('#a', 'src');
    const apply = (html: string): Promise<void> =>
      page().evaluate((text) => window.opened.mirror.apply(replay.keyframe({ html: text, url: `${location.origin}/` }).batch), html);
    await apply('<p><img id="a" src="/a.png"></p>');
    await expect.poll(() => attribute('p #a', 'src')).toBe(src);
    await askedFor('/a.png');
    await page().evaluate(() => {
      window.opened.mirror.leave();
    });
    await apply('<div><img id="a" src="/a.png"></div>');
    await askedFor('/a.png', '/a.png');
    await expect.poll(() => page().evaluate(() => (window as unknown as { revoked: string[] }).revoked)).toEqual([src]);
    await answer({ address: `${origin()}/a.png`, content: BLUE });
    await eventually('div #a', 30, 40, 0, 0, 255);
    const last = await attribute('div #a', 'src');
    await page().evaluate(() => {
      window.opened.mirror.dispose();
    });
    expect(await page().evaluate(() => (window as unknown as { revoked: string[] }).revoked)).toEqual([src, last]);
  });

  it('should be asked for again where no answer comes, ever more rarely, and then no more', async () => {
    await page().clock.install();
    await show('<img src="/a.png">');
    await expect.poll(async () => (await page().clock.runFor(1_000), (await asked()).length)).toBe(1);
    const after = async (millis: number): Promise<number> => {
      await page().clock.runFor(millis);
      return (await asked()).length;
    };
    expect(await after(12_000)).toBe(2);
    expect(await after(12_000)).toBe(2);
    expect(await after(12_000)).toBe(3);
    expect(await after(600_000)).toBe(5);
    expect(await after(600_000)).toBe(5);
  });

  it('should break the mirror where they are malformed, as all else does', async () => {
    await show('<img src="/a.png">');
    await page().evaluate(() => {
      const bytes = new Uint8Array([...new Uint8Array(32), 4, 9]);
      window.opened.mirror.asset(replay.encodeAssetPart({ number: 1, isLast: true, bytes }));
    });
    expect(await page().evaluate(() => window.opened.broken)).toHaveLength(1);
  });
});
