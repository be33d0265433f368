// Bundles and runs the TypeScript beside it: Node 20 does not read TypeScript.
import { build } from 'esbuild';
import { fileURLToPath } from 'node:url';

const entry = fileURLToPath(new URL('./main.ts', import.meta.url));
const outfile = fileURLToPath(new URL('../../dist/tools/faults.mjs', import.meta.url));
await build({
  entryPoints: [entry],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  packages: 'external',
  sourcemap: 'inline',
});
await import(outfile);
