import { expect, it } from 'vitest';
import { MEDIA_FEATURES } from '../../src/protocol/media-features.ts';
import { replayPage } from './replay-page.ts';
import type {} from './in-page.ts';

const page = replayPage();

const bitsOf = (...features: string[]): number => features.reduce((bits, feature) => bits | (1 << MEDIA_FEATURES.indexOf(feature)), 0);

/** The queries of a style sheet that hold at a consumer of these features, with this agent. */
function holding(features: number, queries: readonly string[]): Promise<string[]> {
  return page().evaluate(
    ({ bits, asked }) => {
      const rules = asked.map((query, i) => `@media ${query} { :root { --q${i}: yes } }`).join('\n');
      const { document } = replay.show({ html: `<style>${rules}</style><p>p</p>`, features: bits });
      const style = (document.defaultView as Window).getComputedStyle(document.documentElement);
      return asked.filter((_, i) => style.getPropertyValue(`--q${i}`) === 'yes');
    },
    { bits: features, asked: queries },
  );
}

const PHONE = bitsOf(
  ...['prefers-color-scheme:dark', 'prefers-reduced-motion:reduce', 'prefers-contrast:more', 'pointer:coarse', 'any-pointer:coarse'],
  ...['any-pointer:fine', 'display-mode:standalone', 'scripting:enabled'],
);

it('should have styles answered as at the consumer, whatever the agent’s device and taste', async () => {
  const yes = [
    '(prefers-color-scheme: dark)',
    '(prefers-color-scheme)',
    'screen and (PREFERS-COLOR-SCHEME:DARK)',
    'not all and (prefers-color-scheme: light)',
    '(prefers-reduced-motion)',
    '(prefers-contrast: more)',
    '(hover: none)',
    '(pointer: coarse)',
    '(any-pointer: coarse) and (any-pointer: fine)',
    '(display-mode: standalone) and (min-width: 10px)',
    '(scripting: enabled)',
    '(prefers-reduced-transparency: no-preference)',
  ];
  const no = [
    '(prefers-color-scheme: light)',
    '(prefers-reduced-motion: no-preference)',
    '(prefers-contrast: less)',
    '(hover)',
    '(hover: hover)',
    '(pointer: fine)',
    '(pointer: none)',
    '(display-mode: browser)',
    '(scripting: none)',
    '(forced-colors: active)',
  ];
  expect(await holding(PHONE, [...yes, ...no])).toEqual(yes);
});

it('should leave styles as they are where both are alike', async () => {
  const css = await page().evaluate(() => {
    const { document } = replay.show(
      '<style>@media (prefers-color-scheme: dark) { p { color: red } } p { color-scheme: light dark }</style><p>p</p>',
    );
    return document.querySelector('style')?.textContent;
  });
  expect(css).toContain('@media (prefers-color-scheme: dark)');
  expect(css).toContain('color-scheme: light dark');
});

it('should hold for attributes and for pages that have two schemes', async () => {
  const seen = await page().evaluate((bits) => {
    const html =
      '<meta name="color-scheme" content="light dark"><style media="(prefers-color-scheme: dark)">p { margin-left: 7px }</style>' +
      '<picture><source media="(prefers-color-scheme: dark)" srcset="data:image/gif;base64,R0lGODlhAQABAAAAACw="><img id=i src="data:,"></picture>' +
      '<p id=p style="color-scheme: light dark; color: light-dark(rgb(1, 1, 1), rgb(2, 2, 2))">p</p>';
    const { document } = replay.show({ html, features: bits });
    const window = document.defaultView as Window;
    const p = window.getComputedStyle(document.getElementById('p') as Element);
    return {
      margin: p.marginLeft,
      colour: p.color,
      meta: document.querySelector('meta[name=color-scheme]')?.getAttribute('content'),
    };
  }, PHONE);
  expect(seen).toEqual({ margin: '7px', colour: 'rgb(2, 2, 2)', meta: 'dark' });
});

it('should leave alone what only looks like a question', async () => {
  const css = await page().evaluate((bits) => {
    const text =
      'p::part(pointer) { color: red } p::before { content: "(hover)" } p { animation: hover 1s; transition:color 1s }\n' +
      '@media (display-mode: window-controls-overlay) { p { color: red } } @supports (color-scheme: light dark) { p { color: blue } }\n' +
      '/* (hover) */ @container (hover: hover) { p { color: red } } :is(hover:hover) { color: red } @media (hover :hover) { p { top: 0 } }';
    return replay.show({ html: `<style>${text}</style><p>p</p>`, features: bits }).document.querySelector('style')?.textContent;
  }, PHONE);
  expect(css).toBe(
    'p::part(pointer) { color: red } p::before { content: "(hover)" } p { animation: hover 1s; transition:color 1s }\n' +
      '@media (display-mode: window-controls-overlay) { p { color: red } } @supports (color-scheme: dark) { p { color: blue } }\n' +
      '/* (hover) */ @container (hover: hover) { p { color: red } } :is(hover:hover) { color: red } @media (max-width:-1px) { p { top: 0 } }',
  );
});

it('should hold for schemes that the page says in a property of its own', async () => {
  const seen = await page().evaluate((bits) => {
    const css =
      ':root { --both: light dark; --only: only dark light !important; --text: light dark text } #a { color-scheme: var(--both) } ' +
      '#b { color-scheme: var(--none, light dark) } #c { --own:dark light;color-scheme:var(--own)} #d { color-scheme: var(--one, var(--two, only light dark)) } ' +
      '@property --first { syntax: "*"; inherits: true; initial-value: light dark } #e { color-scheme: var(--first) } ' +
      '@container style(--both: light dark) { #f { top: 7px } } p { color: light-dark(rgb(1, 1, 1), rgb(2, 2, 2)) }';
    const html = `<style>${css}</style>${['a', 'b', 'c', 'd', 'e', 'f'].map((id) => `<p id=${id}>p</p>`).join('')}<p id=g style="--x: light dark; color-scheme: var(--x)">p</p>`;
    const { document } = replay.show({ html, features: bits });
    const style = (id: string): CSSStyleDeclaration =>
      (document.defaultView as Window).getComputedStyle(document.getElementById(id) as Element);
    return [...['a', 'b', 'c', 'd', 'e', 'g'].map((id) => style(id).color), style('f').top, style('f').getPropertyValue('--text')];
  }, PHONE);
  expect(seen).toEqual([...Array.from({ length: 6 }, () => 'rgb(2, 2, 2)'), '7px', 'light dark text']);
});

it('should say so when the agent’s own answers change', async () => {
  await page().evaluate(() => {
    const told: string[] = [];
    replay.show('<p>p</p>', { onOutdated: () => told.push('outdated') });
    Object.assign(window, { told });
  });
  await page().emulateMedia({ reducedMotion: 'reduce' });
  await page().waitForFunction(() => (window as unknown as { told: string[] }).told.length === 1);
});

it('should have a page’s schemes whichever is told first, its name or its words', async () => {
  const words = await page().evaluate((bits) => {
    const html =
      '<meta content="light dark" name="color-scheme"><meta name=color-scheme content="only light"><meta name=viewport content="light dark">';
    const { document, mirror, ids } = replay.show({ html, features: bits });
    const metas = Array.from(document.querySelectorAll('meta[content]'));
    mirror.apply(replay.change((writer) => writer.attribute(ids['meta'] as number, 'content', 'dark light')));
    return metas.map((meta) => meta.getAttribute('content'));
  }, PHONE);
  expect(words).toEqual(['dark', 'only light', 'light dark']);
});

it('should find its way past escaped quotes and comments', async () => {
  const css = await page().evaluate((bits) => {
    const text = ".content-\\[\\'\\'\\]{top:0} .it\\'s:hover{top:0} :root{color-scheme:light dark /* don't */} @media (hover){p{top:0}}";
    return replay.show({ html: `<style>${text}</style><p>p</p>`, features: bits }).document.querySelector('style')?.textContent;
  }, PHONE);
  expect(css).toBe(
    ".content-\\[\\'\\'\\]{top:0} .it\\'s:is(:hover,[data-tandem-hover]){top:0} :root{color-scheme:dark /* don't */} @media (max-width:-1px){p{top:0}}",
  );
});
