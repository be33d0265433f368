// Builds the three bundles of Tandem's browser side into dist/, and copies the demo's pages beside them.
// usage: node build.mjs [--watch]
import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { context, build } from 'esbuild';

const BUNDLES = [
  { entry: 'src/tag.ts', out: 'tandem.js', format: 'iife' },
  { entry: 'src/capture.ts', out: 'tandem-capture.js', format: 'esm' },
  { entry: 'src/viewer.ts', out: 'tandem-viewer.js', format: 'esm' },
];

function options({ entry, out, format }) {
  return {
    entryPoints: [entry],
    outfile: `dist/${out}`,
    format,
    bundle: true,
    minify: true,
    sourcemap: true,
    target: 'es2022',
    legalComments: 'none',
    logLevel: 'warning',
  };
}

const watch = process.argv.includes('--watch');
const bundles = BUNDLES.filter(({ entry }) => existsSync(entry));

rmSync('dist', { recursive: true, force: true });
mkdirSync('dist');
for (const bundle of bundles) {
  if (watch) await (await context(options(bundle))).watch();
  else await build(options(bundle));
}
if (existsSync('demo')) cpSync('demo', 'dist/demo', { recursive: true });
