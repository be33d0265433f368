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

describe('a keyframe', () => {
  it('should build elements, texts, attributes, SVG and a doctype as they were', async () => {
    const html = await page.evaluate(() => {
      const { document, broken } = replay.show(
        '<!DOCTYPE html><html lang="en"><head><title>T</title></head><body class="a" layout="row" flex (click)="x()" data-x="1">' +
          '<p title="&lt;">é&amp;</p><svg viewBox="0 0 1 1"><linearGradient id="g"/><path d="M0 0" fill="url(#g)"/></svg><x-y foo="1"></x-y></body></html>',
      );
      return [new XMLSerializer().serializeToString(document), document.compatMode, broken.join()];
    });
    expect(html).toEqual([
      '<!DOCTYPE html><html xmlns="http://www.w3.org/1999/xhtml" lang="en"><head><title>T</title></head><body class="a" layout="row" flex="" data-x="1">'
        .replace(' data-x', ' (click)="x()" data-x')
        .concat(
          '<p title="&lt;">é&amp;</p><svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><linearGradient id="g"/><path d="M0 0" fill="url(&quot;#g&quot;)"/></svg><x-y foo="1"></x-y></body></html>',
        ),
      'CSS1Compat',
      '',
    ]);
  });

  it.each([
    [0, 'BackCompat', ''],
    [1, 'CSS1Compat', '<!DOCTYPE html>'],
    [2, 'CSS1Compat', '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "">'],
  ] as const)('should lay out in mode %i', async (mode, compatMode, doctype) => {
    // In quirks and limited quirks mode an image alone in a cell sits on the cell's bottom edge.
    const html = `${doctype}<table cellspacing=0 cellpadding=0><tr><td id=cell><svg width=10 height=10></svg>`;
    const result = await page.evaluate(
      ({ html, mode }) => {
        const { document } = replay.show({ html, mode });
        return { mode: document.compatMode, height: document.getElementById('cell')?.offsetHeight };
      },
      { html, mode },
    );
    expect(result.mode).toBe(compatMode);
    if (mode !== 1) expect(result.height).toBe(10);
    else expect(result.height).toBeGreaterThan(10);
  });

  it('should take code out of links also where the page says that it is nowhere', async () => {
    const links = await page.evaluate(() => {
      const html = '<a id=a href="javascript:alert(1)">a</a><a id=b href="java\nscript:alert(1)">b</a><a id=c href="next.html">c</a>';
      const { document } = replay.show({ html, base: 'nowhere' });
      return ['a', 'b', 'c'].map((id) => document.getElementById(id)?.getAttribute('href'));
    });
    expect(links).toEqual(['about:invalid', 'about:invalid', 'next.html']);
  });

  it('should resolve every address that loads against the document, and leave links and fragments as styles find them', async () => {
    const result = await page.evaluate(() => {
      const { document } = replay.show(
        '<a id=a href="../x?y#z">a</a><a id=b href="#top">b</a><a id=c href="mailto:a@b.test">c</a>' +
          '<img id=i src="i.png" srcset="i.png 1x, //cdn.test/i2.png 2x"><video id=v poster=p.png></video>' +
          '<div id=d style="background:url(b.png)"></div><style id=s>p{background:url( "q.png" )} @import "r.css";</style>' +
          '<svg><use id=u href="#g"></use><rect id=r fill="url(#g)"></rect></svg>',
      );
      const get = (id: string, name: string): string | null => document.getElementById(id)?.getAttribute(name) ?? null;
      return [
        ...['a', 'b', 'c'].map((id) => get(id, 'href')),
        get('i', 'src'),
        get('i', 'srcset'),
        get('v', 'poster'),
        get('d', 'style'),
        document.getElementById('s')?.textContent,
        get('u', 'href'),
        get('r', 'fill'),
      ];
    });
    expect(result).toEqual([
      '../x?y#z',
      '#top',
      'mailto:a@b.test',
      'http://shop.test/dir/i.png',
      'http://shop.test/dir/i.png 1x, http://cdn.test/i2.png 2x',
      'http://shop.test/dir/p.png',
      'background:url("http://shop.test/dir/b.png")',
      'p{background:url("http://shop.test/dir/q.png")} @import "http://shop.test/dir/r.css";',
      '#g',
      'url("#g")',
    ]);
  });

  it('should build shadow roots, nested frames and adopted sheets', async () => {
    const result = await page.evaluate(() => {
      const { mirror, document, ids, lastId, broken } = replay.show(
        '<div id=host><template shadowrootmode=open><p id=p>in</p></template></div><iframe id=f style="border:2px solid;width:300px;height:200px"></iframe>',
      );
      const doc = { url: 'http://shop.test/f/', baseUrl: 'http://shop.test/f/', mode: 0, width: 300, height: 200 } as const;
      const at = lastId + 1;
      mirror.apply(
        replay.change((w) => {
          w.nodes(ids['f'] ?? 0, 0);
          w.openDocument(at, doc);
          replay.fragment(w, '', at);
          w.openElement(at + 1, 0, 'html', [], [], 0);
          w.openElement(at + 2, 0, 'body', ['style'], ['margin:0'], 1);
          w.openElement(at + 3, 0, 'img', ['src', 'id'], ['x.png', 'inner'], 2);
          for (let i = 0; i < 5; i++) w.close();
          w.adoptedSheet(900, 'http://shop.test/css/', 'p { color: rgb(1, 2, 3) }');
          w.sheetInsert(900, 1, 'p { background: url(b.png) }');
          w.adopt(ids['host-shadow'] ?? 0, [900]);
        }),
      );
      const p = document.getElementById('host')?.shadowRoot?.getElementById('p') as HTMLElement;
      const inner = (document.getElementById('f') as HTMLIFrameElement).contentDocument;
      const style = getComputedStyle(p);
      return [style.color, style.backgroundImage, inner?.compatMode, inner?.querySelector('img')?.getAttribute('src'), broken.join()];
    });
    expect(result).toEqual(['rgb(1, 2, 3)', 'url("http://shop.test/css/b.png")', 'BackCompat', 'http://shop.test/f/x.png', '']);
  });

  it('should take over in one step, and leave the page before it when it is broken', async () => {
    const result = await page.evaluate(async () => {
      const { mirror, broken } = replay.show('<p>one');
      const { batch } = replay.keyframe({ html: '<p>two' });
      mirror.apply(batch.slice(0, batch.length - 3));
      const after = [mirror.document?.body.textContent, document.querySelectorAll('iframe').length, broken.length];
      mirror.apply(batch);
      const then = [mirror.document?.body.textContent, document.querySelectorAll('[data-testid=mirror]').length];
      await new Promise((resolve) => setTimeout(resolve));
      return [...after, ...then, document.querySelectorAll('iframe').length, mirror.frame?.style.visibility];
    });
    expect(result).toEqual(['one', 1, 1, 'two', 1, 1, '']);
  });
});

describe('a change', () => {
  it('should add, move and remove nodes, texts and attributes', async () => {
    const html = await page.evaluate(() => {
      const { mirror, document, ids, lastId, broken } = replay.show('<ul id=u><li id=a>A</li><li id=b>B</li></ul><p id=p title=t>x</p>');
      const at = (name: string): number => ids[name] ?? 0;
      mirror.apply(
        replay.change((w) => {
          w.nodes(at('u'), at('b'));
          replay.fragment(w, '<li id=c>C</li>text', lastId + 1);
          w.close();
          w.move(at('a'), at('u'), 0);
          w.remove([at('b')]);
          w.setText(at('p') + 1, 'y');
          w.attribute(at('p'), 'title', null);
          w.attribute(at('p'), 'class', 'k');
          w.attribute(at('p'), 'onclick', 'alert(1)');
        }),
      );
      return [document.body.innerHTML, broken.join()];
    });
    expect(html).toEqual(['<ul id="u"><li id="c">C</li>text<li id="a">A</li></ul><p id="p" class="k">y</p>', '']);
  });

  it('should set form state as properties', async () => {
    const result = await page.evaluate(() => {
      const { mirror, document, ids, broken } = replay.show(
        '<input id=t value=old><textarea id=x>old</textarea><input type=checkbox id=c><input type=radio name=r id=r1 checked><input type=radio name=r id=r2>' +
          '<select id=s><option>1<option>2</select><select multiple id=m><option>1<option>2<option>3</select><input type=file id=f>',
      );
      mirror.apply(
        replay.change((w) => {
          const at = (name: string): number => ids[name] ?? 0;
          w.value(at('t'), 'new');
          w.value(at('x'), 'new\ntext');
          w.value(at('f'), 'C:\\fakepath\\a');
          w.checked(at('c'), 3);
          w.checked(at('r2'), 1);
          w.selected(at('s'), [1]);
          w.selected(at('m'), [0, 2]);
        }),
      );
      const input = (id: string): HTMLInputElement => document.getElementById(id) as HTMLInputElement;
      const select = (id: string): HTMLSelectElement => document.getElementById(id) as HTMLSelectElement;
      return [
        input('t').value,
        input('t').getAttribute('value'),
        (document.getElementById('x') as HTMLTextAreaElement).value,
        input('c').checked && input('c').indeterminate,
        input('r1').checked,
        select('s').selectedIndex,
        Array.from(select('m').selectedOptions, (option) => option.index).join(),
        broken.join(),
      ];
    });
    expect(result).toEqual(['new', 'old', 'new\ntext', true, false, 1, '0,2', '']);
  });

  it('should show a modal dialog and a popover, and leave the keyboard with the agent', async () => {
    const result = await page.evaluate(() => {
      const { mirror, document: mirrored, ids } = replay.show('<dialog id=d><input autofocus></dialog><div popover id=p>pop</div>');
      const field = document.createElement('input');
      document.body.append(field);
      field.focus();
      const at = (name: string): number => ids[name] ?? 0;
      const set = (state: 0 | 1 | 2): void =>
        mirror.apply(
          replay.change((w) => {
            w.modal(at('d'), state);
            w.modal(at('p'), state);
          }),
        );
      const state = (): string =>
        [
          mirrored.querySelector('dialog')?.matches(':modal'),
          mirrored.querySelector('dialog')?.open,
          mirrored.querySelector('#p')?.matches(':popover-open'),
        ].join();
      const states: unknown[] = [];
      for (const next of [2, 1, 0] as const) {
        set(next);
        states.push(state());
      }
      set(2);
      mirror.apply(replay.change((w) => w.attribute(at('d'), 'open', null)));
      return [...states, mirrored.querySelector('dialog')?.matches(':modal'), document.activeElement === field];
    });
    expect(result).toEqual(['true,true,true', 'false,true,true', 'false,false,false', false, true]);
  });

  it('should scroll at once, however smooth the page is, and again when the content has grown', async () => {
    const result = await page.evaluate(async (origin) => {
      const { mirror, document, ids } = replay.show(
        {
          html: '<style>html,#box{scroll-behavior:smooth}</style><div id=box style="overflow:auto;height:100px"><div style="height:900px"></div></div><img id=i src="/tall.svg">',
          url: `${origin}/`,
        },
        {},
      );
      const box = document.getElementById('box') as HTMLElement;
      const image = document.getElementById('i') as HTMLImageElement;
      mirror.apply(
        replay.change((w) => {
          w.scroll(ids['box'] ?? 0, 0, 250);
          w.scroll(ids['document'] ?? 0, 0, 1200);
        }),
      );
      const first = box.scrollTop;
      if (!image.complete) await new Promise((resolve) => image.addEventListener('load', resolve));
      return [first, document.defaultView?.scrollY];
    }, server.origin);
    expect(result).toEqual([250, 1200]);
  });

  it.each(['in the page', 'in a shadow root', 'in a shadow root that adopts sheets'])(
    'should leave a box %s where the consumer has it, whatever moves in it',
    async (where) => {
      const tops = await page.evaluate(async (where) => {
        const rows = Array.from({ length: 50 }, (_, i) => `<p id=r${i} style="height:100px;margin:0">${i}</p>`).join('');
        const box = `<div id=box style="overflow:auto;height:200px">${rows}</div>`;
        const inShadow = `<div id=host><template shadowrootmode=open>${box}</template></div>`;
        const { mirror, document, ids } = replay.show(where === 'in the page' ? box : inShadow);
        const at = (name: string): number => ids[name] ?? 0;
        const frame = (): Promise<unknown> => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
        const root = document.getElementById('host')?.shadowRoot ?? document;
        const scrolled = root.getElementById('box') as HTMLElement;
        mirror.apply(replay.change((w) => w.scroll(at('box'), 0, 1_050)));
        if (where.endsWith('sheets')) {
          mirror.apply(
            replay.change((w) => {
              w.adoptedSheet(9_000, '', 'p{color:red}');
              w.adopt(at('host-shadow'), [9_000]);
            }),
          );
        }
        await frame();
        // What stands above goes to the end: a browser that anchors its scrolling would follow the row at the top of what shows.
        mirror.apply(replay.change((w) => [0, 1, 2, 3, 4].forEach((row) => w.move(at(`r${row}`), at('box'), 0))));
        await frame();
        await frame();
        return [scrolled.scrollTop, root.adoptedStyleSheets.length];
      }, where);
      expect(tops[0]).toBe(1_050);
    },
  );

  it('should hold a box that the agent scrolls until it is released', async () => {
    const result = await page.evaluate(() => {
      const { mirror, document, ids } = replay.show('<div style="height:5000px">');
      const id = ids['document'] ?? 0;
      const box = mirror.scrollBy(10, 10, 0, 300);
      mirror.apply(replay.change((w) => w.scroll(id, 0, 40)));
      const held = document.defaultView?.scrollY;
      mirror.releaseScroll(id);
      return [box?.top, box?.id === id, held, document.defaultView?.scrollY];
    });
    expect(result).toEqual([300, true, 300, 40]);
  });

  it('should keep sheets, their rules and whether they are disabled', async () => {
    const result = await page.evaluate(() => {
      const { mirror, document, ids } = replay.show(
        '<head><style id=s></style><link id=l rel=stylesheet media=all href="x.css"></head><p>p</p>',
      );
      const at = (name: string): number => ids[name] ?? 0;
      const color = (): string => getComputedStyle(document.querySelector('p') as Element).color;
      const seen: string[] = [];
      const step = (write: Parameters<typeof replay.change>[0]): void => {
        mirror.apply(replay.change(write));
        seen.push(color());
      };
      step((w) => w.sheet(at('s'), 'http://shop.test/', 'p{color:rgb(0,0,1)}'));
      step((w) => w.sheet(at('l'), 'http://shop.test/', 'p{color:rgb(0,0,2)}'));
      step((w) => w.sheetInsert(at('l'), 1, 'p{color:rgb(0,0,3)}'));
      step((w) => {
        w.sheetInsert(at('l'), 2, '::not-known-here{x:y}');
        w.sheetInsert(at('l'), 3, 'p{color:rgb(0,0,4)}');
      });
      step((w) => w.sheetDelete(at('l'), 3));
      step((w) => w.sheetDisabled(at('l'), true));
      step((w) => w.sheet(at('l'), 'http://shop.test/', 'p{color:rgb(0,0,5)}'));
      step((w) => w.sheetDisabled(at('l'), false));
      return [seen.map((text) => text.slice(-2, -1)).join(''), document.querySelector('#l')?.outerHTML];
    });
    expect(result).toEqual(['12343115', '<style id="l" media="all">p{color:rgb(0,0,5)}</style>']);
  });

  it('should show styles of focus and of defined elements without focusing or defining anything', async () => {
    const result = await page.evaluate(() => {
      const {
        mirror,
        document: mirrored,
        ids,
      } = replay.show(
        '<style>input:focus{color:rgb(1,0,0)} div:focus-within{color:rgb(2,0,0)} x-y:not(:defined){display:none} .a\\:focus{color:red} x-y:defined{color:rgb(3,0,0)}</style>' +
          '<div><input id=i></div><x-y>custom</x-y>',
      );
      const color = (name: string): string => getComputedStyle(mirrored.querySelector(name) as Element).color;
      mirror.apply(replay.change((w) => w.focus(ids['i'] ?? 0)));
      const focused = [color('input'), color('div')];
      mirror.apply(replay.change((w) => w.focus(0)));
      return [
        ...focused,
        color('div'),
        color('x-y'),
        getComputedStyle(mirrored.querySelector('x-y') as Element).display,
        document.activeElement?.localName,
      ];
    });
    expect(result).toEqual(['rgb(1, 0, 0)', 'rgb(2, 0, 0)', 'rgb(0, 0, 0)', 'rgb(3, 0, 0)', 'inline', 'body']);
  });

  it('should follow the viewport and the address', async () => {
    const result = await page.evaluate(() => {
      const sizes: string[] = [];
      const urls: string[] = [];
      const { mirror, document, ids } = replay.show('<p id=p>', {
        onSize: ({ width, height }) => sizes.push(`${width}x${height}`),
        onUrl: (url) => urls.push(url),
      });
      mirror.apply(
        replay.change((w) => {
          w.viewport(400, 300, 2);
          w.url('http://shop.test/other/route');
          w.attribute(ids['p'] ?? 0, 'style', 'background:url(x.png)');
        }),
      );
      return [sizes.join(), urls.join(), document.defaultView?.innerWidth, document.getElementById('p')?.getAttribute('style')];
    });
    expect(result).toEqual([
      '800x600,400x300',
      'http://shop.test/dir/page,http://shop.test/other/route',
      400,
      'background:url("http://shop.test/other/x.png")',
    ]);
  });

  it('should ask for a keyframe once when it names an unknown node, and go on with the next keyframe', async () => {
    const result = await page.evaluate(() => {
      const { mirror, broken } = replay.show('<p>');
      mirror.apply(replay.change((w) => w.setText(4711, 'x')));
      mirror.apply(replay.change((w) => w.setText(4712, 'x')));
      const before = [...broken];
      mirror.apply(replay.keyframe({ html: '<p>again' }).batch);
      return [before.join(), mirror.document?.body.textContent, broken.length];
    });
    expect(result).toEqual(['no node 4711', 'again', 1]);
  });
});
