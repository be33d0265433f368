import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PlaybackBit } from '../../src/protocol/page-op.ts';
import { tone } from '../tone.ts';
import { bundleLab, CHROMIUM_WITH_WEBGL, launch, openPage } from './browser.ts';

const SQUARE = `<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><rect width="10" height="10" fill="red"/></svg>`;
const HTML = `<!doctype html><html><body>
  <canvas id="chart" width="200" height="100"></canvas>
  <div data-tandem-mask><canvas id="secret" width="200" height="100"></canvas></div>
  <canvas id="far" width="50" height="50" style="position:absolute;top:5000px"></canvas>
  <canvas id="scene" width="60" height="60"></canvas>
</body></html>`;

describe('what is drawn and played', () => {
  let browser: Browser;
  let lab: string;
  let page: Page;

  beforeAll(async () => {
    browser = await launch(CHROMIUM_WITH_WEBGL);
    lab = await bundleLab();
  });
  afterAll(() => browser.close());
  beforeEach(async () => {
    page = await openPage(browser, lab, { '/': HTML, '/square.svg': SQUARE });
    await page.evaluate(() => {
      window.lab = window.tandemLab.start();
    });
  });

  const begin = (): Promise<string> =>
    page.evaluate(() => {
      window.lab.capture.keyframe();
      return window.lab.whole();
    });

  /** The pictures that came of an element: the colour in the middle of each, or 'none'. */
  const pictures = (selector: string): Promise<string[]> =>
    page.evaluate(async (found) => {
      const { id } = window.lab.nodeOf(document.querySelector(found) as Element);
      const colours: string[] = [];
      for (const picture of window.tandemLab.picturesOf(window.lab.mirror)) {
        if (picture.id !== id) continue;
        if (picture.image.length === 0) {
          colours.push('none');
          continue;
        }
        const bitmap = await createImageBitmap(new Blob([picture.image.slice()]));
        const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
        const context = canvas.getContext('2d') as OffscreenCanvasRenderingContext2D;
        context.drawImage(bitmap, 0, 0);
        const { data } = context.getImageData(bitmap.width >> 1, bitmap.height >> 1, 1, 1);
        // Encoding loses a little.
        colours.push([...data].map((channel) => Math.round(channel / 64) * 64).join());
      }
      return colours;
    }, selector);

  const fill = (selector: string, colour: string): Promise<void> =>
    page.evaluate(
      ([found, style]) => {
        const canvas = document.querySelector(found) as HTMLCanvasElement;
        const context = canvas.getContext('2d') as CanvasRenderingContext2D;
        context.fillStyle = style;
        context.fillRect(0, 0, canvas.width, canvas.height);
      },
      [selector, colour] as const,
    );

  const RED = '256,0,0,256';
  const BLUE = '0,0,256,256';

  it('should come as a picture, and again when it was drawn on', async () => {
    await fill('#chart', '#f00');
    expect(await begin()).toBe('');
    await expect.poll(() => pictures('#chart')).toEqual([RED]);
    await fill('#chart', '#00f');
    await expect.poll(() => pictures('#chart'), { timeout: 6_000 }).toEqual([RED, BLUE]);
    // Not again while it stays as it is: the next look at it is further away than the one that found nothing new.
    await fill('#scene', '#f00');
    await expect.poll(() => pictures('#scene'), { timeout: 6_000 }).toEqual(expect.arrayContaining([RED]));
    expect(await pictures('#chart')).toEqual([RED, BLUE]);
  });

  it('should come anew with each keyframe', async () => {
    await fill('#chart', '#f00');
    await begin();
    await expect.poll(() => pictures('#chart')).toEqual([RED]);
    // Nothing is left there of what was sent before.
    expect(await begin()).toBe('');
    expect(await pictures('#chart')).toEqual([]);
    await expect.poll(() => pictures('#chart')).toEqual([RED]);
  });

  it('should stay where the agent must not see it, and where the consumer does not', async () => {
    await fill('#secret', '#f00');
    await fill('#far', '#f00');
    await fill('#chart', '#f00');
    await begin();
    await expect.poll(() => pictures('#chart')).toEqual([RED]);
    await fill('#chart', '#00f');
    await expect.poll(() => pictures('#chart'), { timeout: 6_000 }).toEqual([RED, BLUE]);
    // It shows that something is there, and nothing of it.
    expect([await pictures('#secret'), await pictures('#far')]).toEqual([['none'], []]);
    await page.evaluate(() => {
      scrollTo(0, 4_900);
    });
    await expect.poll(() => pictures('#far'), { timeout: 6_000 }).toEqual([RED]);
  });

  it('should be taken back when it becomes secret, and what is drawn in that moment stays where it is', async () => {
    await fill('#chart', '#f00');
    await begin();
    await expect.poll(() => pictures('#chart')).toEqual([RED]);
    await page.evaluate(() => {
      const canvas = document.querySelector('#chart') as HTMLCanvasElement;
      (canvas.parentElement as HTMLElement).setAttribute('data-tandem-mask', '');
      const context = canvas.getContext('2d') as CanvasRenderingContext2D;
      context.fillStyle = '#00f';
      context.fillRect(0, 0, 200, 100);
    });
    await expect.poll(() => pictures('#chart'), { timeout: 6_000 }).toEqual([RED, 'none']);
  });

  it('should not be taken for one where it only has the name', async () => {
    await page.evaluate(() => {
      const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
      for (const name of ['video', 'audio', 'canvas']) svg.append(document.createElementNS('http://www.w3.org/2000/svg', name));
      document.body.append(svg, Object.assign(document.createElement('audio'), { id: 'tone' }));
    });
    await fill('#chart', '#f00');
    expect(await begin()).toBe('');
    await expect.poll(() => pictures('#chart')).toEqual([RED]);
    expect(
      await page.evaluate(() => [...window.lab.mirror.nodes.values()].filter(({ state }) => state['playback'] !== undefined).length),
    ).toBe(0);
  });

  it('should come as nothing where the page itself may not read it', async () => {
    await page.evaluate(async () => {
      const image = new Image();
      image.src = 'http://elsewhere.test/square.svg';
      await image.decode();
      (document.querySelector('#chart') as HTMLCanvasElement).getContext('2d')?.drawImage(image, 0, 0);
    });
    await begin();
    await expect.poll(() => pictures('#chart')).toEqual(['none']);
  });

  it('should come as WebGL drew it, which forgets it after the frame', async () => {
    await page.evaluate(() => {
      const gl = (document.querySelector('#scene') as HTMLCanvasElement).getContext('webgl');
      if (gl === null) throw new Error('no WebGL here');
      const draw = (): void => {
        gl.clearColor(0, 0, 1, 1);
        gl.clear(gl.COLOR_BUFFER_BIT);
        requestAnimationFrame(draw);
      };
      draw();
    });
    await begin();
    await expect.poll(() => pictures('#scene'), { timeout: 6_000 }).toEqual([BLUE]);
  });

  it('should be told when it plays, pauses and is put elsewhere', async () => {
    await page.evaluate((src) => {
      document.body.append(Object.assign(document.createElement('audio'), { id: 'tone', src, muted: true, loop: true }));
    }, tone(20));
    await begin();
    const state = (): Promise<number[]> =>
      page.evaluate(() => window.lab.nodeOf(document.querySelector('#tone') as Element).state['playback'] as number[]);
    await page.evaluate(() => (document.querySelector('#tone') as HTMLAudioElement).play());
    await expect.poll(async () => ((await state()) as number[] | undefined)?.[0]).toBe(PlaybackBit.PLAYING | PlaybackBit.LOOP);
    await page.evaluate(() => {
      const tone = document.querySelector('#tone') as HTMLAudioElement;
      tone.pause();
      tone.currentTime = 12;
      tone.playbackRate = 1.5;
    });
    await expect.poll(state).toEqual([PlaybackBit.LOOP, 12_000, 1.5]);
  });

  it('should leave nothing in the page when the session has ended', async () => {
    await fill('#chart', '#f00');
    await begin();
    await expect.poll(() => pictures('#chart')).toEqual([RED]);
    const left = await page.evaluate(async () => {
      window.lab.capture.stop();
      let frames = 0;
      const { requestAnimationFrame } = window;
      window.requestAnimationFrame = (callback) => {
        frames++;
        return requestAnimationFrame(callback);
      };
      await new Promise((resume) => setTimeout(resume, 1_000));
      return frames;
    });
    expect(left).toBe(0);
  });
});
