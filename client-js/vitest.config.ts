import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Browser tests start a Chromium each: one file at a time keeps two cores honest.
    fileParallelism: false,
    testTimeout: 20_000,
    hookTimeout: 30_000,
    // CI's summary counts from the second.
    reporters: ['default', ['json', { outputFile: 'artefacts/vitest.json' }]],
  },
});
