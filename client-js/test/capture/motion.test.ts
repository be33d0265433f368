import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AnimationKind, AnimationState } from '../../src/protocol/page-op.ts';
import { bundleLab, launch, openPage } from './browser.ts';
import type { MirrorAnimation } from './mirror.ts';

const HTML = `<!doctype html><html><head><style>
  @keyframes turn { to { transform: rotate(1turn) } }
  @keyframes enter { from { opacity: 0 } }
  .turning, .turning::before { animation: turn 10s linear infinite }
  .turning::before { content: 'x' }
  .entering { animation: enter 50ms }
  .soft { transition: opacity 10s linear }
  .faint { opacity: 0.5 }
</style></head><body>
  <p id="box">box</p>
</body></html>`;

const containing = (properties: readonly (readonly [string, string])[]): unknown => expect.arrayContaining([...properties]);

/** An animation as it was told, its element by its id. */
interface Seen extends Omit<MirrorAnimation, 'info'> {
  readonly on: string;
  readonly info: Omit<MirrorAnimation['info'], 'target'>;
}

describe('what moves', () => {
  let browser: Browser;
  let lab: string;
  let page: Page;

  beforeAll(async () => {
    browser = await launch();
    lab = await bundleLab();
  });
  afterAll(() => browser.close());
  beforeEach(async () => {
    page = await openPage(browser, lab, { '/': HTML, '/frame': '<!doctype html><p id="inner">in a frame</p>' });
    await page.evaluate(() => {
      window.lab = window.tandemLab.start();
      window.tandemLab.tellMotion(window.lab);
    });
  });

  const begin = (): Promise<string> =>
    page.evaluate(async () => {
      window.lab.capture.keyframe();
      return window.lab.whole();
    });

  const seen = (): Promise<Seen[]> =>
    page.evaluate(() => {
      window.lab.capture.flush();
      const { nodes, animations } = window.lab.mirror;
      return [...animations.values()].map(({ info: { target, ...info }, state }) => ({
        on: nodes.get(target)?.attributes.get('id') ?? nodes.get(target)?.name ?? '',
        info,
        state,
      }));
    });

  const batches = (): Promise<number> => page.evaluate(() => window.lab.mirror.batches.length);

  it('should come with its element, as a script made it', async () => {
    await begin();
    const before = await batches();
    await page.evaluate(() => {
      const made = document.body.appendChild(Object.assign(document.createElement('p'), { id: 'made' }));
      const frames = [
        { transform: 'none', backgroundColor: 'red', '--z': '3', offset: 0.25, easing: 'ease-in' },
        { transform: 'rotate(10deg)', cssFloat: 'left', composite: 'add' },
      ] as Keyframe[];
      const timing = {
        duration: 1000 / 3,
        iterations: Infinity,
        delay: -20,
        endDelay: 5,
        easing: 'steps(3)',
        iterationStart: 0.5,
      } as const;
      made.animate(frames, { ...timing, direction: 'alternate', fill: 'both', composite: 'accumulate' });
    });
    const [only, ...others] = await seen();
    expect([await batches(), others]).toEqual([before + 1, []]);
    expect(only).toEqual({
      on: 'made',
      state: [AnimationState.RUNNING, expect.any(Number), 1],
      info: {
        pseudo: '',
        kind: AnimationKind.SCRIPTED,
        name: '',
        movement: {
          ...{ delay: -20, endDelay: 5, duration: 1000 / 3, iterations: Infinity, iterationStart: 0.5, easing: 'steps(3)' },
          ...{ direction: 2, fill: 3, composite: 2 },
          keyframes: [
            {
              ...{ offset: 0.25, easing: 'ease-in', composite: 3 },
              properties: containing([
                ['transform', 'none'],
                ['background-color', 'red'],
                ['--z', '3'],
              ]),
            },
            {
              ...{ offset: 1, easing: 'linear', composite: 1 },
              properties: containing([
                ['transform', 'rotate(10deg)'],
                ['float', 'left'],
              ]),
            },
          ],
        },
      },
    });
  });

  it('should be told again when a script steers it, and not while it goes on by itself', async () => {
    await begin();
    await page.evaluate(() => {
      const box = document.querySelector('#box') as Element;
      const animation = new Animation(new KeyframeEffect(box, { opacity: [0, 1] }, 10_000));
      animation.play();
      Object.assign(window, { animation });
    });
    expect(await seen()).toMatchObject([{ on: 'box', state: [AnimationState.RUNNING, expect.any(Number), 1] }]);
    const before = await batches();
    await page.waitForFunction(() => Number((window as unknown as { animation: Animation }).animation.currentTime) >= 900);
    expect(await batches()).toBe(before);
    const steered = async (steer: string): Promise<unknown> => {
      await page.evaluate(`(({ animation }) => { ${steer} })(window)`);
      return (await seen())[0]?.state;
    };
    expect(await steered('animation.pause(); animation.currentTime = 1234.5;')).toEqual([AnimationState.PAUSED, 1234.5, 1]);
    expect(await steered('animation.currentTime = 4000')).toEqual([AnimationState.PAUSED, 4000, 1]);
    expect(await steered('animation.play(); animation.playbackRate = 2;')).toEqual([AnimationState.RUNNING, expect.any(Number), 2]);
    await steered('animation.reverse()');
    await expect.poll(async () => (await seen())[0]?.state).toEqual([AnimationState.RUNNING, expect.any(Number), -2]);
    expect(await steered('animation.effect.setKeyframes({ opacity: [1, 0] })')).toBeDefined();
    expect((await seen())[0]?.info.movement?.keyframes[0]?.properties).toEqual([['opacity', '1']]);
    expect(await steered('animation.effect.updateTiming({ fill: "forwards" }); animation.playbackRate = 1; animation.finish();')).toEqual([
      ...[AnimationState.RUNNING, 10_000, 1],
    ]);
    expect(await steered('animation.cancel()')).toBeUndefined();
  });

  it('should be named where styles make it, in shadow roots, frames and pseudo-elements too, and what is over not at all', async () => {
    await page.evaluate(async () => {
      const frame = document.body.appendChild(Object.assign(document.createElement('iframe'), { src: '/frame' }));
      await new Promise((resume) => {
        frame.onload = resume;
      });
      const open = document.body.appendChild(document.createElement('x-open')).attachShadow({ mode: 'open' });
      for (const root of [frame.contentDocument?.body as HTMLElement, open]) {
        root.append(document.querySelector('style')?.cloneNode(true) as Node);
        root.append(Object.assign(document.createElement('p'), { id: `in-${root.nodeName}`, className: 'turning' }));
      }
      const box = document.querySelector('#box') as HTMLElement;
      box.className = 'turning entering soft';
      await Promise.all(box.getAnimations().map(({ ready }) => ready));
      await new Promise((resume) => setTimeout(resume, 200));
    });
    expect(await begin()).toBe('');
    const told = await seen();
    const names = told.map(({ on, info }) => `${on}${info.pseudo} ${info.kind} ${info.name}`);
    expect(names.sort()).toEqual(
      ['box::before', 'in-BODY', 'in-BODY::before', 'in-#document-fragment', 'in-#document-fragment::before']
        .map((on) => `${on} ${AnimationKind.STYLED} turn`)
        .sort(),
    );
    // An entry animation that is over is told by not being told.
    expect(await page.evaluate(() => window.lab.mirror.state['movesAll'])).toBe(true);
    expect(told.every(({ info, state }) => info.movement === undefined && state?.[0] === AnimationState.RUNNING)).toBe(true);
  });

  it('should be told of a transition with what it goes from and to', async () => {
    await begin();
    await page.evaluate(() => {
      const box = document.querySelector('#box') as HTMLElement;
      box.className = 'soft';
      box.getBoundingClientRect();
      box.classList.add('faint');
    });
    await expect.poll(seen).toMatchObject([
      {
        on: 'box',
        state: [AnimationState.RUNNING, expect.any(Number), 1],
        info: {
          kind: AnimationKind.TRANSITION,
          name: 'opacity',
          movement: { duration: 10_000, keyframes: [{ properties: [['opacity', '1']] }, { properties: [['opacity', '0.5']] }] },
        },
      },
    ]);
  });

  it('should follow what styles pause', async () => {
    await page.evaluate(() => {
      (document.querySelector('#box') as HTMLElement).className = 'turning';
    });
    await begin();
    await page.evaluate(() => {
      const style = document.createElement('style');
      style.textContent = '.turning { animation-play-state: paused; animation-delay: -2s }';
      document.head.append(style);
    });
    // It stands with the frame after, and not at once.
    await expect
      .poll(async () => {
        const [state, position = 0] = (await seen()).find(({ info }) => info.pseudo === '')?.state ?? [];
        const exact = await page.evaluate(() => document.querySelector('#box')?.getAnimations()[0]?.currentTime as number);
        return [state, Math.abs(position - exact) < 0.1];
      })
      .toEqual([AnimationState.PAUSED, true]);
  });

  it('should be told anew with each keyframe, where it is then', async () => {
    await page.evaluate(() => {
      (document.querySelector('#box') as Element).animate({ opacity: [0, 1] }, { duration: 60_000 });
    });
    await begin();
    const [first] = await seen();
    const at = first?.state?.[1] ?? 0;
    await page.waitForFunction((before) => Number(document.querySelector('#box')?.getAnimations()[0]?.currentTime) > before + 250, at);
    expect(await begin()).toBe('');
    const [again] = await seen();
    expect(again?.info).toEqual(first?.info);
    expect((again?.state?.[1] ?? 0) - at).toBeGreaterThan(250);
  });

  it('should say nothing of what a mask hides but how long it takes', async () => {
    await page.evaluate(() => {
      document.body.insertAdjacentHTML('beforeend', '<div data-tandem-mask><p id="secret">secret</p></div>');
    });
    await begin();
    await page.evaluate(() => {
      const secret = document.querySelector('#secret') as HTMLElement;
      secret.animate({ '--number': ['4111', '4222'], content: ['"4333"', '"4444"'] }, 10_000);
      secret.style.setProperty('transition', 'width 10s');
      secret.style.setProperty('width', '4555px');
      secret.getBoundingClientRect();
      secret.style.setProperty('width', '4666px');
      (document.querySelector('#box') as Element).animate({ width: ['4777px', '1px'] }, 10_000);
    });
    await expect
      .poll(async () => (await seen()).map(({ on, info }) => [on, info.kind, info.name, info.movement?.keyframes.length]))
      .toEqual([
        ['box', AnimationKind.SCRIPTED, '', 2],
        ['secret', AnimationKind.TRANSITION, 'width', 0],
      ]);
    await page.evaluate(() => document.querySelector('#box')?.setAttribute('data-tandem-mask', ''));
    expect((await seen()).map(({ on }) => on)).toEqual(['secret']);
    const text = await page.evaluate(() => window.lab.sentText());
    expect(/4111|4222|4333|4444/.exec(text)).toBeNull();
  });

  it('should be told of so many at the most, and then of no end of those that are not told', async () => {
    await page.evaluate(() => {
      for (let i = 0; i < 300; i++) {
        const one = document.body.appendChild(document.createElement('i'));
        one.animate({ opacity: [0, 1] }, 60_000);
      }
      (document.querySelector('#box') as Element).animate({ opacity: [0, 1], '--long': ['x'.repeat(20_000), 'y'] }, 60_000);
    });
    await begin();
    await expect.poll(async () => (await seen()).length).toBe(256);
    expect(await page.evaluate(() => window.lab.mirror.state['movesAll'])).toBeUndefined();
    // Room for others where some are over.
    await page.evaluate(() => {
      for (const one of [...document.querySelectorAll('i')].slice(0, 100)) one.remove();
    });
    await expect.poll(async () => (await seen()).length).toBe(200);
  });

  it('should leave the page as it was when the session has ended, and look like it meanwhile', async () => {
    const differences = await page.evaluate(async () => {
      const owners = { Element, Animation, KeyframeEffect, AnimationEffect } as unknown as Record<string, { prototype: object }>;
      const look = (): Record<string, readonly unknown[]> =>
        Object.fromEntries(
          Object.entries(owners).flatMap(([type, { prototype }]) =>
            Object.entries(Object.getOwnPropertyDescriptors(prototype)).map(([name, { value, get, set, ...rest }]) => [
              `${type}.${name}`,
              [value, get, set, rest.enumerable, rest.configurable],
            ]),
          ),
        );
      const unlike = (
        one: Record<string, readonly unknown[]>,
        other: Record<string, readonly unknown[]>,
        as: (value: unknown) => unknown,
      ): string[] => Object.keys(one).filter((key) => one[key]?.some((value, i) => as(value) !== as(other[key]?.[i])));
      const facts = (value: unknown): unknown =>
        typeof value === 'function'
          ? `${value.name} ${value.length} ${'prototype' in value} ${/\[native code\]/.test(String(value))}`
          : value;
      // The capture of this test has looked at nothing yet.
      const before = look();
      window.lab.capture.stop();
      window.lab = window.tandemLab.start();
      const stop = window.tandemLab.tellMotion(window.lab);
      window.lab.capture.keyframe();
      await window.lab.whole();
      const during = look();
      stop();
      window.lab.capture.stop();
      const same = (value: unknown): unknown => value;
      return { wrapped: unlike(before, during, same).sort(), traces: unlike(before, during, facts), left: unlike(before, look(), same) };
    });
    expect(differences.wrapped).toContain('Element.animate');
    expect(differences.wrapped).toContain('Animation.currentTime');
    expect([differences.traces, differences.left]).toEqual([[], []]);
  });
});
