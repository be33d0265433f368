// Bundles and runs a tool: `node tools/run.mjs TOOL[/ENTRY] ARGUMENTS`. Node 20 does not read TypeScript.
import { build } from 'esbuild';
import { fileURLToPath } from 'node:url';

const [tool, ...args] = process.argv.slice(2);
const entry = tool.includes('/') ? tool : `${tool}/main`;
const outfile = fileURLToPath(new URL(`../dist/tools/${entry.replace('/', '-')}.mjs`, import.meta.url));
await build({
  entryPoints: [fileURLToPath(new URL(`./${entry}.ts`, import.meta.url))],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  packages: 'external',
  sourcemap: 'inline',
});
process.argv.splice(2, process.argv.length, ...args);
await import(outfile);
