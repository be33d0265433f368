import { expect, it } from 'vitest';
import { replayPage } from './replay-page.ts';
import type {} from './in-page.ts';

const page = replayPage();

const HTML = `<style>
  #menu ul { display: none } #menu:hover > ul { display: block }
  .hover:hover { color: rgb(1, 2, 3) } li:not(:hover) { opacity: 0.5 } a:hover::after { content: "!" }
  @media (hover:hover) and (any-hover:hover) { p { margin-left: 7px } }
</style><div id=menu>menu<ul><li id=one class=hover>one</li><li id=two>two</li></ul></div><a id=link>link</a><p id=p>p</p>`;

/** Styles after the consumer has pointed at each of these in turn; '' stands for none. */
const looks = (ids: readonly string[], features?: number): Promise<string[]> =>
  page().evaluate(
    ({ pointed, html, bits }) => {
      const { document, mirror, ids: numbers } = replay.show(bits === undefined ? html : { html, features: bits });
      const window = document.defaultView as Window;
      const of = (selector: string, property: string, pseudo?: string): string =>
        window.getComputedStyle(document.querySelector(selector) as Element, pseudo).getPropertyValue(property);
      return pointed.map((id) => {
        mirror.hover(id === '' ? 0 : (numbers[id] as number));
        return [
          of('ul', 'display'),
          of('#one', 'color'),
          of('#one', 'opacity'),
          of('#link', 'content', '::after'),
          of('p', 'margin-left'),
        ].join(' ');
      });
    },
    { pointed: ids, html: HTML, bits: features },
  );

it('should style what the consumer points at, and all around it', async () => {
  expect(await looks(['', 'menu', 'one', 'two', 'link', ''])).toEqual([
    'none rgb(0, 0, 0) 0.5 none 7px',
    'block rgb(0, 0, 0) 0.5 none 7px',
    'block rgb(1, 2, 3) 1 none 7px',
    'block rgb(0, 0, 0) 0.5 none 7px',
    'none rgb(0, 0, 0) 0.5 "!" 7px',
    'none rgb(0, 0, 0) 0.5 none 7px',
  ]);
});

it('should style nothing so where fingers point', async () => {
  expect(await looks(['menu', 'one'], 0)).toEqual(['none rgb(0, 0, 0) 0.5 none 0px', 'none rgb(0, 0, 0) 0.5 none 0px']);
});

it('should leave declarations and at-rules alone, and take selectors wherever they are nested', async () => {
  const css = await page().evaluate(() => {
    const text =
      'a { animation:hover 1s; &:hover { top: 0 } } @media print { b:hover, i[title="{"]:hover { top: 0 } } ' +
      '@scope (.x:hover) { p { top: 0 } } @container style(--x:hover) { p { top: 0 } } c::before:hover { top: 0 } .a\\:hover { top: 0 }';
    const { document } = replay.show(`<style>${text}</style><p style="animation:hover 1s">p</p>`);
    return [document.querySelector('style')?.textContent, document.querySelector('p')?.getAttribute('style')];
  });
  const hover = ':is(:hover,[data-tandem-hover])';
  expect(css).toEqual([
    `a { animation:hover 1s; &${hover} { top: 0 } } @media print { b${hover}, i[title="{"]${hover} { top: 0 } } ` +
      `@scope (.x${hover}) { p { top: 0 } } @container style(--x:hover) { p { top: 0 } } c::before:hover { top: 0 } .a\\:hover { top: 0 }`,
    'animation:hover 1s',
  ]);
});

it('should follow slots, labels and the tree as it changes, and stay where something points that has not come', async () => {
  const marked = await page().evaluate(() => {
    const html =
      '<div id=host><template shadowrootmode=open><section id=in><slot id=slot></slot></section></template><b id=slotted>b</b></div>' +
      '<label id=label for=field>name</label><input id=field><div id=box></div><p id=p>p</p>';
    const { document, mirror, ids } = replay.show(html);
    const id = (name: string): number => ids[name] as number;
    const roots = [document, document.getElementById('host')?.shadowRoot as ShadowRoot];
    const now = (): string =>
      roots
        .flatMap((root) => Array.from(root.querySelectorAll('[data-tandem-hover]')))
        .map((element) => element.id || element.localName)
        .join(' ');
    const steps: string[] = [];
    const step = (act: () => void): void => {
      act();
      steps.push(now());
    };
    step(() => mirror.hover(id('slotted')));
    step(() => mirror.hover(id('label')));
    step(() => mirror.hover(4_711));
    step(() => mirror.hover(id('p')));
    step(() => mirror.apply(replay.change((writer) => writer.move(id('p'), id('box'), 0))));
    step(() => mirror.hover(0));
    return steps;
  });
  expect(marked).toEqual([
    'html body host slotted in slot',
    'html body label field',
    'html body label field',
    'html body p',
    'html body box p',
    '',
  ]);
});

it('should keep what is pointed at over a new view of the same page', async () => {
  const seen = await page().evaluate(() => {
    const { mirror, batch, ids } = replay.show('<p id=p>p</p>');
    mirror.hover(ids['p'] as number);
    mirror.apply(batch);
    return mirror.document?.getElementById('p')?.hasAttribute('data-tandem-hover');
  });
  expect(seen).toBe(true);
});
