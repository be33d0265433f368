import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { bundleLab, launch, openPage } from './browser.ts';

let browser: Browser;
let lab: string;
let page: Page;

beforeAll(async () => {
  browser = await launch();
  lab = await bundleLab();
});
afterAll(() => browser.close());
afterEach(() => page.close());

/** Opens a page and captures it; the page's own scripts run first. */
async function capture(html: string): Promise<void> {
  page = await openPage(browser, lab, { '/': `<!doctype html>${html}` });
  await page.evaluate(async () => {
    window.lab = window.tandemLab.start();
    window.lab.capture.keyframe();
    window.lab.capture.flush();
    await window.lab.whole();
  });
}

/** Runs a script in the page, then a flush; the result is what it returns. */
async function change<T>(script: () => T | Promise<T>): Promise<T> {
  const result = await page.evaluate(script);
  await page.evaluate(() => {
    window.lab.capture.flush();
  });
  return result;
}

const difference = (): Promise<string> => page.evaluate(() => window.lab.difference());

describe('a batch of many bytes', () => {
  it('should be cut into parts of 8 KiB, and no keyframe of it', async () => {
    await capture('<p hidden>0</p>');
    const types = await change(() => {
      window.lab.frames.length = 0;
      const noise = new Uint16Array(1_500_000);
      for (let i = 0; i < noise.length; i += 32_768) crypto.getRandomValues(noise.subarray(i, i + 32_768));
      const text = Array.from(noise, (unit) => String.fromCharCode(33 + (unit % 20_000))).join('');
      (document.querySelector('p') as Element).textContent = text;
      window.lab.capture.flush();
      return window.lab.frames.map(({ type, bytes }) => [type, bytes < 8_600]);
    });
    expect(new Set(types.map(String))).toEqual(new Set(['65,true']));
    expect(await difference()).toBe('');
  });

  it('should wait between its parts for room, and go on with what changed meanwhile', async () => {
    await capture('<p></p><b>0</b>');
    const counts = await change(async () => {
      const { lab } = window;
      const task = (): Promise<unknown> => new Promise((resolve) => setTimeout(resolve));
      lab.frames.length = 0;
      lab.hasRoomFor = 2;
      (document.querySelector('p') as Element).textContent = Array.from({ length: 100_000 }, (_, i) => String(i * 7919)).join(' ');
      while (lab.frames.length < 2) await task();
      for (let i = 0; i < 5; i++) await task();
      const first = lab.frames.length;
      (document.querySelector('b') as Element).textContent = '1';
      lab.hasRoomFor = Infinity;
      lab.capture.goOn();
      while (lab.difference() !== '') await task();
      return [first, lab.frames.length > 20, lab.frames.every(({ type }) => type === 65), (lab.frames.at(-1)?.flags ?? 4) & 4];
    });
    expect(counts).toEqual([2, true, true, 0]);
    expect(await difference()).toBe('');
  });
});

describe('a keyframe that is asked for while changes wait for room', () => {
  it('should be read anew where what was read must not be sent', async () => {
    await capture('<p>before</p>');
    const [text, found] = await change(async () => {
      const { lab } = window;
      const task = (): Promise<unknown> => new Promise((resolve) => setTimeout(resolve, 20));
      const paragraph = document.querySelector('p') as Element;
      lab.hasRoomFor = 0;
      paragraph.textContent = 'in private';
      lab.capture.keyframe();
      for (let i = 0; i < 20; i++) await task();
      paragraph.textContent = 'after';
      lab.hasRoomFor = Infinity;
      lab.capture.keyframe(true);
      const whole = await lab.whole();
      return [lab.sentText(), whole];
    });
    expect(text).toContain('after');
    expect(text).not.toContain('in private');
    expect(found).toBe('');
  });

  it('should be sent once it was read, and by nothing sooner', async () => {
    page = await openPage(browser, lab, { '/': '<!doctype html><p>0</p>' });
    const result = await page.evaluate(async () => {
      const faults: string[] = [];
      addEventListener('error', ({ message }) => faults.push(message));
      let isFull = false;
      let nowWaits = (): void => undefined;
      const hasRoom = (): boolean => {
        if (isFull) nowWaits();
        return !isFull;
      };
      const { capture, frames, difference } = window.tandemLab.start({ hasRoom });
      capture.keyframe();
      capture.flush();
      isFull = true;
      (document.querySelector('p') as Element).textContent = '1';
      await new Promise<void>((resolve) => (nowWaits = resolve));
      frames.length = 0;
      isFull = false;
      capture.keyframe();
      capture.goOn();
      while (faults.length + frames.length === 0) await new Promise((resolve) => setTimeout(resolve));
      return [...faults, frames[0]?.type, difference()];
    });
    expect(result).toEqual([0x40, '']);
  });
});
