import { defineConfig } from '@playwright/test';

/** Debian's Chromium, quiet; also for tests that need a browser of their own. */
export const launchOptions = {
  executablePath: process.env['TANDEM_CHROMIUM'] ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
};

/** What one side decides by itself, whatever comes to it and how: seen on either carrier, and not again while they change. */
const ON_ONE_SIDE = ['hostile', 'masking', 'motion', 'picture', 'refusals', 'shadow-closed', 'site', 'view-only'].map(
  (name) => `${name}.test.ts`,
);

export default defineConfig({
  testDir: '.',
  testMatch: '*.test.ts',
  outputDir: '../artefacts/e2e',
  // Two tests at a time, each with a relay and two browsers of its own; what fails once has failed.
  workers: 2,
  retries: 0,
  forbidOnly: true,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  // What channels ride on: the same suite each time, but for what a change of carriers cannot bear upon.
  projects: [{ name: 'websocket' }, { name: 'long-poll' }, { name: 'switching', testIgnore: ON_ONE_SIDE }],
  reporter: [['list'], ['json', { outputFile: '../artefacts/e2e.json' }]],
  use: {
    actionTimeout: 10_000,
    launchOptions,
  },
});
