import { describe, expect, it } from 'vitest';
import { replayPage } from './replay-page.ts';
import type {} from './in-page.ts';

const page = replayPage();

describe('the target of the address', () => {
  it('should be styled as at the consumer, whenever it comes', async () => {
    const looks = await page().evaluate(() => {
      const css =
        ':target { color: rgb(1, 2, 3) } :root:has(:target) p:not(:target) { color: rgb(4, 5, 6) } ::target-text, .a\\:target { top: 0 }';
      const { document, mirror, ids } = replay.show(`<style>${css}</style><h2 id=one>1</h2><p id=p>p</p>`);
      const colour = (name: string): string =>
        (document.defaultView as Window).getComputedStyle(document.getElementById(name) as Element).color;
      const tell = (...numbers: number[]): string[] => {
        mirror.apply(replay.change((w) => w.numbers(31, 1, numbers.length, ...numbers)));
        return [colour('one'), colour('p')];
      };
      const seen = [tell(ids['one'] as number), tell(), tell(500)];
      mirror.apply(
        replay.change((w) => {
          w.nodes(ids['body'] as number, 0);
          w.openElement(500, 0, 'h2', ['id'], ['late'], 1);
          w.close();
          w.close();
        }),
      );
      return [...seen, [colour('late')], [document.querySelector('style')?.textContent]];
    });
    const [plain, target, other] = ['rgb(0, 0, 0)', 'rgb(1, 2, 3)', 'rgb(4, 5, 6)'];
    const mark = ':is(:target,[data-tandem-target])';
    expect(looks).toEqual([
      [target, other],
      [plain, plain],
      [plain, plain],
      [target],
      [`${mark} { color: rgb(1, 2, 3) } :root:has(${mark}) p:not(${mark}) { color: rgb(4, 5, 6) } ::target-text, .a\\:target { top: 0 }`],
    ]);
  });
});

it('should tell which list is open and which part is on the screen, and with a new page that none is and all of it', async () => {
  const told = await page().evaluate(() => {
    const told: unknown[] = [];
    const { mirror, batch, ids } = replay.show('<select id=size><option>S</select>', {
      onList: (id) => told.push(['list', id]),
      onVisible: (part) => told.push(part && [part.left, part.top, part.width, part.height]),
    });
    told.splice(0);
    mirror.apply(replay.change((w) => w.numbers(31, 2, 1, ids['size'] as number)));
    mirror.apply(replay.change((w) => w.numbers(32, 10, 20, 300, 200)));
    mirror.apply(batch);
    return { told, size: ids['size'] };
  });
  expect(told.told).toEqual([['list', told.size], [10, 20, 300, 200], ['list', 0], null]);
});

it('should refuse a state that it does not know, and one of too many elements', async () => {
  const broken = await page().evaluate(() =>
    [
      [31, 3, 0],
      [31, 1, 65, ...Array.from({ length: 65 }, () => 1)],
    ].map((numbers) => {
      const { mirror, broken } = replay.show('<p>p</p>');
      mirror.apply(replay.change((w) => w.numbers(...numbers)));
      return broken;
    }),
  );
  expect(broken).toEqual([['state 3; allowed are 1 and 2'], ['65 elements in state 1; at most 64']]);
});

describe('what is not in the mirror', () => {
  const FRAMES =
    '<iframe id=pay src="https://pay.example:8443/form?card"></iframe><iframe id=own></iframe><iframe id=code src="javascript:alert(1)"></iframe>' +
    '<embed id=plugin src="film.swf"><object id=empty></object><object id=pdf data="https://docs.example/a.pdf"></object><p id=p>p</p>';

  it('should be known by the host that the page names, and by nothing else of the address', async () => {
    const listed = await page().evaluate((html) => {
      const { mirror, ids, document } = replay.show({ html, url: 'https://shop.example/a', base: 'https://shop.example/a' });
      const names = new Map(Object.entries(ids).map(([name, id]) => [id, name]));
      const list = (): unknown[] => mirror.foreign().map(({ node, host }) => [names.get(node), host]);
      const before = list();
      const markup = document.body.innerHTML;
      mirror.apply(
        replay.change((w) => {
          w.nodes(ids['own'] as number, 0);
          w.openDocument(900, { url: 'https://shop.example/b', baseUrl: '', mode: 1, width: 300, height: 150 });
          w.close();
          w.close();
          w.hold(ids['code'] as number, 1, 300, 150);
          w.attribute(ids['pay'] as number, 'src', 'https://other.example/');
          w.attribute(ids['pdf'] as number, 'data', null);
        }),
      );
      const after = list();
      mirror.apply(replay.change((w) => w.remove([ids['plugin'] as number])));
      return { before, after, last: list(), markup };
    }, FRAMES);
    expect(listed.before).toEqual([
      ['pay', 'pay.example:8443'],
      ['own', ''],
      ['code', ''],
      ['plugin', 'shop.example'],
      ['pdf', 'docs.example'],
    ]);
    expect(listed.after).toEqual([
      ['pay', 'other.example'],
      ['plugin', 'shop.example'],
      ['pdf', ''],
    ]);
    expect(listed.last).toEqual([
      ['pay', 'other.example'],
      ['pdf', ''],
    ]);
    expect(listed.markup).not.toMatch(/src|data=|example/);
    expect(listed.markup).toContain('<embed id="plugin" type="image/svg+xml">');
  });
});
