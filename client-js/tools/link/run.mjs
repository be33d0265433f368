// Bundles and runs the TypeScript beside it, inside a network namespace of its own.
import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { makeNamespaces } from './namespaces.mjs';

const [name, ...args] = process.argv.slice(2);
const entry = fileURLToPath(new URL(`./${name}.ts`, import.meta.url));
const outfile = fileURLToPath(new URL(`../../dist/tools/link-${name}.mjs`, import.meta.url));
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

const namespaces = makeNamespaces();
try {
  const { status } = spawnSync('ip', ['netns', 'exec', namespaces.relay, process.execPath, outfile, ...args], {
    stdio: 'inherit',
    env: { ...process.env, TANDEM_LINK: JSON.stringify(namespaces) },
  });
  process.exitCode = status ?? 1;
} finally {
  namespaces.remove();
}
