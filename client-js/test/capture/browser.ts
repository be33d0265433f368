import { build } from 'esbuild';
import { type Browser, chromium, type Page } from 'playwright-core';

import type * as LabModule from './lab.ts';

declare global {
  interface Window {
    readonly tandemLab: typeof LabModule;
    lab: LabModule.Lab;
  }
}

export const CHROMIUM = process.env['TANDEM_CHROMIUM'] ?? '/usr/bin/chromium';
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A renderer in software. */
export const CHROMIUM_WITH_WEBGL = [
  ...FLAGS.filter((flag) => flag !== '--disable-gpu'),
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
];

export function launch(args: readonly string[] = FLAGS): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, headless: true, args: [...args] });
}

/** The lab as a classic script that defines `tandemLab`. */
export async function bundleLab(): Promise<string> {
  const result = await build({
    entryPoints: [new URL('lab.ts', import.meta.url).pathname],
    bundle: true,
    write: false,
    format: 'iife',
    globalName: 'tandemLab',
    target: 'es2022',
  });
  return result.outputFiles[0]?.text ?? '';
}

export const ORIGIN = 'http://page.test';

/**
 * Opens a page from memory: `files` by path; '/' is the page. The lab is there before any script of the page.
 */
export async function openPage(browser: Browser, lab: string, files: Readonly<Record<string, string>>): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1024, height: 700 } });
  page.on('pageerror', (error) => {
    console.error('in the page:', error);
  });
  await page.route('**/*', (route) => {
    const { pathname } = new URL(route.request().url());
    const body = files[pathname];
    if (body === undefined) return route.fulfill({ status: 404, body: '' });
    const contentType = pathname.endsWith('.css')
      ? 'text/css'
      : pathname.endsWith('.js')
        ? 'text/javascript'
        : pathname.endsWith('.svg')
          ? 'image/svg+xml'
          : 'text/html; charset=utf-8';
    return route.fulfill({ body, contentType, headers: { 'Access-Control-Allow-Origin': 'null' } });
  });
  await page.addInitScript({ content: `${lab};globalThis.tandemLab = tandemLab;` });
  await page.goto(`${ORIGIN}/`);
  return page;
}
