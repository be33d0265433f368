import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { AssetCoding } from '../../src/protocol/asset.ts';
import { MAX_ANIMATIONS } from '../../src/protocol/limits.ts';
import { ALL_OTHERS, AnimationKind, AnimationState, PageOp } from '../../src/protocol/page-op.ts';
import type { TestAnimation } from './in-page.ts';
import { replayPage } from './replay-page.ts';

const page = replayPage();

const SHEET = `
  @keyframes slide { from { margin-left: 0 } to { margin-left: 100px } }
  @keyframes enter { from { opacity: 0 } }
  .sliding, .sliding::before { animation: slide 100s linear infinite }
  .sliding::before { content: 'x' }
  .entering { animation: enter 100s linear }
  .soft { transition: margin-left 100s linear }
`;

interface Step {
  readonly animations?: readonly TestAnimation[];
  /** number, state, position, rate */
  readonly states?: readonly (readonly [number, number, number, number])[];
  /** id, name, value */
  readonly attributes?: readonly (readonly [string, string, string | null])[];
  readonly removed?: readonly string[];
  readonly waitMillis?: number;
}

/** Shows a page, applies one batch for each step, and looks at computed styles after each. */
const see = (
  html: string,
  steps: readonly Step[],
  looks: readonly (readonly [id: string, pseudo: string, property: string])[],
): Promise<{ readonly seen: readonly (readonly string[])[]; readonly running: number; readonly broken: readonly string[] }> =>
  page().evaluate(
    async ({ html, steps, looks }) => {
      const { mirror, document, ids, broken } = replay.show(html);
      const window = document.defaultView as Window;
      const seen: string[][] = [];
      for (const { animations = [], states = [], attributes = [], removed = [], waitMillis = 0 } of steps) {
        mirror.apply(
          replay.change((writer) => {
            for (const [id, name, value] of attributes) writer.attribute(ids[id] as number, name, value);
            if (removed.length > 0) writer.remove(removed.map((id) => ids[id] as number));
            for (const one of animations) replay.animate(writer, { ...one, target: ids[one.on] ?? 9_999 });
            for (const state of states) replay.steer(writer, ...state);
          }),
        );
        await new Promise((resume) => setTimeout(resume, waitMillis));
        seen.push(
          looks.map(([id, pseudo, property]) => {
            const element = document.getElementById(id);
            return element === null ? 'gone' : window.getComputedStyle(element, pseudo).getPropertyValue(property);
          }),
        );
      }
      const running = [...document.getAnimations()].filter(({ playState }) => playState === 'running').length;
      return { seen, running, broken };
    },
    { html: `<style>${SHEET}</style>${html}`, steps, looks },
  );

const FADE = [
  { offset: 0, properties: [['opacity', '0']] },
  { offset: 1, properties: [['opacity', '1']] },
] as const;
const scripted = (more: Partial<TestAnimation> = {}): TestAnimation => ({
  ...{ number: 1, on: 'p', kind: AnimationKind.SCRIPTED, name: '', movement: { duration: 1_000, keyframes: FADE } },
  ...more,
});
const styled = (name: string, more: Partial<TestAnimation> = {}): TestAnimation => ({
  ...{ number: 1, on: 'p', kind: AnimationKind.STYLED, name, movement: undefined },
  ...more,
});
const paused = (number: number, positionMillis: number) => [number, AnimationState.PAUSED, positionMillis, 1] as const;
const OPACITY = ['p', '', 'opacity'] as const;
const MARGIN = ['p', '', 'margin-left'] as const;
const THE_END = [ALL_OTHERS, AnimationState.GONE, 0, 0] as const;

describe('an animation of a script', () => {
  it('should stand where the page’s stands, and end where that ends', async () => {
    const { seen, broken } = await see(
      '<p id=p>p</p>',
      [
        { animations: [scripted()], states: [paused(1, 250)] },
        { states: [paused(1, 750.5)] },
        { states: [[1, AnimationState.GONE, 0, 0]] },
        {
          animations: [
            scripted({
              movement: { duration: 1_000, fill: 'forwards', keyframes: FADE.map((one) => ({ ...one, easing: 'steps(2, end)' })) },
            }),
          ],
          states: [paused(1, 600)],
        },
        { states: [[1, AnimationState.RUNNING, 1_000, 1]], waitMillis: 50 },
      ],
      [OPACITY],
    );
    expect(seen).toEqual([['0.25'], ['0.7505'], ['1'], ['0.5'], ['1']]);
    expect(broken).toEqual([]);
  });

  it('should move as the script said: direction, iterations, delay, offsets, composition, pseudo-element', async () => {
    const shift = (to: string) => [
      { offset: 0, properties: [['margin-left', '0px']] as const },
      { offset: 0.5, properties: [['margin-left', to]] as const },
      { offset: 1, properties: [['margin-left', '0px']] as const },
    ];
    const { seen, broken } = await see(
      '<p id=p style="margin-left:5px">p</p><p id=q class=sliding style="animation:none">q</p>',
      [
        {
          animations: [
            scripted({ movement: { duration: 1_000, iterations: Infinity, direction: 'alternate', delay: -500, keyframes: FADE } }),
            scripted({ number: 2, movement: { duration: 1_000, composite: 'add', keyframes: shift('10px') } }),
            scripted({
              number: 3,
              on: 'q',
              pseudo: '::before',
              movement: { duration: 100, delay: 100, fill: 'backwards', keyframes: shift('10px') },
            }),
            scripted({
              number: 4,
              on: 'q',
              movement: { duration: 100, iterations: 3, iterationStart: 0.5, endDelay: 20, keyframes: shift('30px') },
            }),
          ],
          states: [paused(1, 5_750 - 500), paused(2, 500), paused(3, 150), paused(4, 0)],
        },
      ],
      [OPACITY, MARGIN, ['q', '::before', 'margin-left'], ['q', '', 'margin-left']],
    );
    expect(seen).toEqual([['0.25', '15px', '10px', '30px']]);
    expect(broken).toEqual([]);
  });

  it('should go on by itself, at the page’s rate, backwards too, whatever the agent thinks of motion', async () => {
    await page().emulateMedia({ reducedMotion: 'reduce' });
    const { seen } = await see(
      '<p id=p>p</p><p id=q>q</p>',
      [
        {
          animations: [
            scripted({ movement: { duration: 10_000, keyframes: FADE } }),
            scripted({ number: 2, on: 'q', movement: { duration: 10_000, keyframes: FADE } }),
          ],
          states: [
            [1, AnimationState.RUNNING, 2_000, 4],
            [2, AnimationState.RUNNING, 8_000, -4],
          ],
          waitMillis: 500,
        },
      ],
      [OPACITY, ['q', '', 'opacity']],
    );
    const [forth, back] = (seen[0] as readonly string[]).map(Number) as [number, number];
    // Two of ten seconds, if the browser has kept up.
    expect(forth).toBeGreaterThan(0.35);
    expect(forth).toBeLessThan(0.9);
    expect(Math.abs(forth + back - 1)).toBeLessThan(0.05);
  });

  it('should go with its element, and what is said of it then means nothing', async () => {
    const { running, broken } = await see(
      '<p id=p>p</p>',
      [
        { animations: [scripted({ movement: { duration: 10_000, keyframes: FADE } })], states: [[1, AnimationState.RUNNING, 0, 1]] },
        { removed: ['p'] },
        { states: [[1, AnimationState.RUNNING, 0, 1]] },
      ],
      [],
    );
    expect({ running, broken }).toEqual({ running: 0, broken: [] });
  });

  it('should have only what this browser knows as a property, and addresses as the page’s style sheets have them', async () => {
    const values = [
      ['background-image', 'url(pictures/a.png)'],
      ['offset', 'none'],
      ['easing', 'steps(1)'],
      ['composite', 'add'],
      ['__proto__', 'x'],
      ['not-a-property', 'x'],
      ['float', 'right'],
      ['--own', 'yes'],
      ['margin-left', '7px;} p { color: red'],
    ] as const;
    const { seen, broken } = await see(
      '<p id=p>p</p>',
      [
        {
          animations: [scripted({ movement: { duration: 1_000, keyframes: [0, 1].map((offset) => ({ offset, properties: values })) } })],
          states: [paused(1, 500)],
        },
      ],
      ['background-image', 'float', '--own', 'margin-left', 'color'].map((name) => ['p', '', name] as const),
    );
    expect(seen).toEqual([['url("http://shop.test/dir/pictures/a.png")', 'right', 'yes', '0px', 'rgb(0, 0, 0)']]);
    expect(broken).toEqual([]);
  });

  it('should be left out where this browser has no such easing or pseudo-element, and break nothing', async () => {
    const { seen, broken } = await see(
      '<p id=p>p</p>',
      [
        { animations: [scripted({ movement: { duration: 1_000, easing: 'bouncy(3)', keyframes: FADE } })], states: [paused(1, 250)] },
        { animations: [scripted({ number: 2, pseudo: '::nothing-like-it' })], states: [[2, AnimationState.RUNNING, 1e300, -1e300]] },
        { animations: [scripted({ number: 3 })], states: [[3, AnimationState.RUNNING, 1e300, 1e300]] },
      ],
      [OPACITY],
    );
    expect(seen[0]).toEqual(['0.25']);
    expect(broken).toEqual([]);
  });

  it('should break the page that has more of them than a mirror may hold, or one on nothing', async () => {
    const many = Array.from({ length: MAX_ANIMATIONS + 1 }, (_, i) => scripted({ number: i + 1 }));
    expect((await see('<p id=p>p</p>', [{ animations: many.slice(1) }], [])).broken).toEqual([]);
    expect((await see('<p id=p>p</p>', [{ animations: many }], [])).broken).toEqual([`more than ${MAX_ANIMATIONS} animations`]);
    expect((await see('<p id=p>p</p>', [{ animations: [scripted({ on: 'nowhere' })] }], [])).broken).toEqual(['no node 9999']);
  });
});

describe('an animation of styles', () => {
  it('should be put where the page’s is, and go on from there', async () => {
    const { seen, broken } = await see(
      '<p id=p class=sliding>p</p>',
      [
        {
          animations: [styled('slide'), styled('slide', { number: 2, pseudo: '::before' })],
          states: [paused(1, 25_000), paused(2, 75_000)],
        },
        { states: [[1, AnimationState.RUNNING, 50_000, 1]], waitMillis: 30 },
      ],
      [MARGIN, ['p', '::before', 'margin-left']],
    );
    expect(seen[0]).toEqual(['25px', '75px']);
    expect(Number.parseFloat(seen[1]?.[0] ?? '')).toBeCloseTo(50, 0);
    expect(broken).toEqual([]);
  });

  it('should not flash again where the page’s has ended, and run again when the page’s does', async () => {
    const { seen } = await see(
      '<p id=p class=entering>p</p>',
      [{ waitMillis: 50 }, { states: [THE_END] }, { animations: [styled('enter', { number: 7 })], states: [paused(7, 50_000), THE_END] }],
      [OPACITY],
    );
    expect(Number(seen[0]?.[0])).toBeLessThan(0.1);
    expect(seen.slice(1)).toEqual([['1'], ['0.5']]);
  });

  it('should not run on where the page has ended it', async () => {
    const { seen } = await see(
      '<p id=p class=entering>p</p>',
      [{ animations: [styled('enter')], states: [[1, AnimationState.RUNNING, 10, 1]] }, { states: [[1, AnimationState.GONE, 0, 0]] }],
      [OPACITY],
    );
    expect(seen[1]).toEqual(['1']);
  });

  it('should be found when its style sheet comes late', async () => {
    const asset = [...createHash('sha256').update(SHEET).digest(), AssetCoding.PLAIN, ...Buffer.from(SHEET)];
    const seen = await page().evaluate(
      async ({ bytes, running }) => {
        const { mirror, ids, document } = replay.show('<style id=s></style><p id=p class="sliding">p</p><p id=q class=entering>q</p>');
        const look = (): string[] =>
          [
            ['p', 'margin-left'],
            ['q', 'opacity'],
          ].map(([id, name]) =>
            (document.defaultView as Window)
              .getComputedStyle(document.getElementById(id as string) as Element)
              .getPropertyValue(name as string),
          );
        mirror.apply(
          replay.change((writer) => {
            writer.sheet(ids['s'] as number, '', 1);
            replay.animate(writer, { number: 1, on: 'p', target: ids['p'] as number, kind: 1, name: 'slide', movement: undefined });
            replay.steer(writer, 1, running, 25_000, 0);
            replay.steer(writer, 0, 0, 0, 0);
          }),
        );
        const before = look();
        mirror.asset(replay.encodeAssetPart({ number: 1, isLast: true, bytes: Uint8Array.from(bytes) }));
        await new Promise((resume) => setTimeout(resume, 200));
        return [before, look()];
      },
      { bytes: asset, running: AnimationState.RUNNING },
    );
    expect(seen).toEqual([
      ['0px', '1'],
      ['25px', '1'],
    ]);
  });

  it('should come right when the agent sees it again', async () => {
    const margin = await page().evaluate(
      async ({ html, running }) => {
        const { mirror, ids, document } = replay.show(html);
        mirror.apply(
          replay.change((writer) => {
            replay.animate(writer, { number: 1, on: 'p', target: ids['p'] as number, kind: 1, name: 'slide', movement: undefined });
            replay.steer(writer, 1, running, 25_000, 1);
          }),
        );
        const [animation] = document.getAnimations();
        // As if no frame had been painted since.
        if (animation) animation.currentTime = 3_000;
        globalThis.document.dispatchEvent(new Event('visibilitychange'));
        await new Promise((resume) => setTimeout(resume, 200));
        return (document.defaultView as Window).getComputedStyle(document.getElementById('p') as Element).marginLeft;
      },
      { html: `<style>${SHEET}</style><p id=p class=sliding>p</p>`, running: AnimationState.RUNNING },
    );
    expect(Number.parseFloat(margin)).toBeCloseTo(25, 0);
  });
});

describe('a transition', () => {
  const going = (more: Partial<TestAnimation> = {}): TestAnimation => ({
    number: 1,
    on: 'p',
    kind: AnimationKind.TRANSITION,
    name: 'margin-left',
    movement: {
      duration: 100_000,
      fill: 'backwards',
      keyframes: [
        { offset: 0, properties: [['margin-left', '0px']] },
        { offset: 1, properties: [['margin-left', '100px']] },
      ],
    },
    ...more,
  });

  it('should run where the mirror has not seen what was before it', async () => {
    const { seen } = await see(
      '<p id=p class=soft style="margin-left:100px">p</p>',
      [{ animations: [going()], states: [paused(1, 25_000)] }, { states: [[1, AnimationState.GONE, 0, 0]] }],
      [MARGIN],
    );
    expect(seen).toEqual([['25px'], ['100px']]);
  });

  it('should be the mirror’s own where it has one', async () => {
    const { seen, running } = await see(
      '<p id=p class=soft style="margin-left:0px">p</p>',
      [
        {
          attributes: [['p', 'style', 'margin-left:100px']],
          animations: [going()],
          states: [[1, AnimationState.RUNNING, 25_000, 1]],
          waitMillis: 20,
        },
      ],
      [MARGIN],
    );
    expect(Number.parseFloat(seen[0]?.[0] ?? '')).toBeCloseTo(25, 0);
    expect(running).toBe(1);
  });

  it('should be seen of a masked element only where the mirror has one itself', async () => {
    const { seen } = await see(
      '<p id=p class=soft style="margin-left:100px">p</p>',
      [{ animations: [going({ movement: { duration: 100_000, keyframes: [] } })], states: [paused(1, 25_000)] }],
      [MARGIN],
    );
    expect(seen).toEqual([['100px']]);
  });
});

it('should have the numbers of the specification', () => {
  expect([PageOp.ANIMATION, PageOp.ANIMATION_STATE]).toEqual([26, 27]);
});
