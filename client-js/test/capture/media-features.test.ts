import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { MEDIA_FEATURES } from '../../src/protocol/media-features.ts';
import { bundleLab, launch, openPage } from './browser.ts';

let browser: Browser;
let lab: string;

beforeAll(async () => {
  browser = await launch();
  lab = await bundleLab();
});
afterAll(() => browser.close());

it('should tell what styles ask of the consumer’s device and taste, and all of the page anew when that changes', async () => {
  const page = await openPage(browser, lab, { '/': '<!doctype html><body><p>words</p></body>' });
  const told = (): Promise<string[]> =>
    page.evaluate(() => window.lab.mirror.state['features'] as number).then((bits) => MEDIA_FEATURES.filter((_, i) => (bits >>> i) & 1));
  await page.evaluate(() => {
    window.lab = window.tandemLab.start();
    window.lab.capture.keyframe();
    return window.lab.whole();
  });
  expect(await told()).toEqual(['hover:hover', 'any-hover:hover', 'pointer:fine', 'any-pointer:fine', 'scripting:enabled']);
  await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
  await expect.poll(told).toEqual(expect.arrayContaining(['prefers-color-scheme:dark', 'prefers-reduced-motion:reduce']));
  expect(await page.evaluate(() => window.lab.whole())).toBe('');
  const frames = await page.evaluate(() => {
    window.lab.capture.stop();
    return window.lab.frames.length;
  });
  await page.emulateMedia({ colorScheme: 'light' });
  await page.waitForFunction(() => !matchMedia('(prefers-color-scheme: dark)').matches);
  expect(await page.evaluate(() => window.lab.frames.length)).toBe(frames);
});
