import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bundle, launchChromium, type LocalServer, serve } from '../browser.ts';
import type {} from './in-page.ts';

let browser: Browser;
let server: LocalServer;
let page: Page;

afterEach(() => page.close());
beforeAll(async () => {
  const script = bundle('test/replay/in-page.ts');
  server = await serve((request, response) => {
    if (request.url === '/page.js') return response.setHeader('content-type', 'text/javascript').end(script);
    if (request.url?.endsWith('.svg')) {
      return response.setHeader('content-type', 'image/svg+xml').end('<svg xmlns="http://www.w3.org/2000/svg" width="10" height="3000"/>');
    }
    if (request.url?.endsWith('.css')) return response.setHeader('content-type', 'text/css').end('p { color: rgb(4, 5, 6) }');
    response.setHeader('content-type', 'text/html').end('<!doctype html><body><script src="/page.js"></script>');
  });
  browser = await launchChromium();
});
afterAll(async () => {
  await browser.close();
  await server.close();
});
beforeEach(async () => {
  page = await browser.newPage({ viewport: { width: 1000, height: 700 } });
  await page.goto(server.origin);
});

describe('the mirror', () => {
  it('should find the innermost element at a point, through shadow roots and frames, and its place again', async () => {
    const result = await page.evaluate(() => {
      const { mirror, ids, lastId } = replay.show(
        '<body style="margin:0"><div id=host><template shadowrootmode=open><button id=b style="position:absolute;left:100px;top:50px;width:100px;height:40px">b</button></template></div>' +
          '<iframe id=f style="position:absolute;left:200px;top:200px;border:5px solid;width:300px;height:200px;padding:10px"></iframe>',
      );
      const doc = { url: 'http://shop.test/f/', baseUrl: 'http://shop.test/f/', mode: 1, width: 300, height: 200 } as const;
      mirror.apply(
        replay.change((w) => {
          w.nodes(ids['f'] ?? 0, 0);
          w.openDocument(lastId + 1, doc);
          w.openElement(lastId + 2, 0, 'html', [], [], 0);
          w.openElement(lastId + 3, 0, 'body', ['style'], ['margin:0'], 1);
          w.openElement(lastId + 4, 0, 'div', ['style'], ['width:50px;height:50px'], 1);
          for (let i = 0; i < 5; i++) w.close();
        }),
      );
      const inShadow = mirror.hitTest(150, 60);
      const inFrame = mirror.hitTest(200 + 15 + 25, 200 + 15 + 10);
      return {
        shadow: [inShadow?.node === ids['b'], inShadow?.x, inShadow?.y],
        shadowPoint: inShadow && mirror.pointOf(inShadow),
        frame: [(inFrame?.node ?? 0) - lastId, inFrame?.x, inFrame?.y],
        framePoint: inFrame && mirror.pointOf(inFrame),
      };
    });
    expect(result.shadow).toEqual([true, 32768, 16384]);
    expect(result.shadowPoint?.x).toBeCloseTo(150, 1);
    expect(result.shadowPoint?.y).toBeCloseTo(60, 1);
    expect(result.frame).toEqual([4, 32768, 13107]);
    expect(result.framePoint?.x).toBeCloseTo(240, 1);
    expect(result.framePoint?.y).toBeCloseTo(225, 1);
  });

  it('should load images and styles from the page’s own origin and from allowed ones only', async () => {
    const other = await serve((_, response) => response.setHeader('content-type', 'text/css').end('p { background: rgb(7, 8, 9) }'));
    const result = await page.evaluate(
      async ({ own, other }) => {
        const html = `<link rel=stylesheet href="/a.css"><link rel=stylesheet href="${other}/b.css"><p>p`;
        const seen: string[] = [];
        for (const resourceOrigins of [[], [other]]) {
          const { document: mirrored } = replay.show({ html, url: `${own}/` }, { resourceOrigins });
          const links = Array.from(mirrored.querySelectorAll<HTMLLinkElement>('link[href]'));
          await Promise.all(
            links.map((link) => new Promise((resolve) => (link.sheet ? resolve(0) : link.addEventListener('load', resolve)))),
          );
          const style = getComputedStyle(mirrored.querySelector('p') as Element);
          seen.push(`${links.length} ${style.color} ${style.backgroundColor}`);
        }
        return seen;
      },
      { own: server.origin, other: other.origin },
    );
    await other.close();
    expect(result).toEqual(['1 rgb(4, 5, 6) rgba(0, 0, 0, 0)', '2 rgb(4, 5, 6) rgb(7, 8, 9)']);
  });

  it('should build 54,000 nodes in less than a second', async () => {
    const millis = await page.evaluate(() => {
      const rows = Array.from({ length: 9_000 }, (_, i) => `<tr class="r"><td class="n">${i}</td><td><a href="/i/${i}">item</a></td></tr>`);
      const { batch, lastId } = replay.keyframe({ html: `<table><tbody>${rows.join('')}</tbody></table>` });
      const { mirror } = replay.open();
      const start = performance.now();
      mirror.apply(batch);
      return { took: performance.now() - start, nodes: lastId, rows: mirror.document?.querySelectorAll('tr').length };
    });
    expect(millis.rows).toBe(9_000);
    expect(millis.nodes).toBeGreaterThan(53_000);
    expect(millis.took).toBeLessThan(1_000);
    console.log(`54k nodes: ${Math.round(millis.took)} ms`);
  });
});
