// Builds the bundles of Tandem's browser side into dist/, and copies the demo's pages beside them.
// usage: node build.mjs [--watch]
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { context, build } from 'esbuild';

const BUNDLES = [
  { entry: 'src/tag.ts', out: 'tandem.js', format: 'iife' },
  { entry: 'src/transport.ts', out: 'tandem-transport.js', format: 'esm' },
  { entry: 'src/capture.ts', out: 'tandem-capture.js', format: 'esm' },
  { entry: 'src/talk.ts', out: 'tandem-talk.js', format: 'esm' },
  { entry: 'src/acting.ts', out: 'tandem-acting.js', format: 'esm' },
  { entry: 'src/media.ts', out: 'tandem-media.js', format: 'esm' },
  { entry: 'src/resources.ts', out: 'tandem-resources.js', format: 'esm' },
  { entry: 'src/frames.ts', out: 'tandem-frames.js', format: 'esm' },
  { entry: 'src/frame.ts', out: 'tandem-frame.js', format: 'esm' },
  { entry: 'src/viewer.ts', out: 'tandem-viewer.js', format: 'esm', holds: ['fflate'] },
];

/** Tables of numbers whose members become plain numbers in the bundles; unused, the table itself goes. */
const TABLES = {
  FrameType: 'src/protocol/frame-type.ts',
  CloseCode: 'src/protocol/close-code.ts',
  Flag: 'src/protocol/frame.ts',
  AssetCoding: 'src/protocol/asset.ts',
  KeyframeReason: 'src/protocol/feedback.ts',
  Modifier: 'src/protocol/action.ts',
  PageOp: 'src/protocol/page-op.ts',
  NodeToken: 'src/protocol/page-op.ts',
  DocumentMode: 'src/protocol/page-op.ts',
  CheckedBit: 'src/protocol/page-op.ts',
  ModalState: 'src/protocol/page-op.ts',
  HoldKind: 'src/protocol/page-op.ts',
  PlaybackBit: 'src/protocol/page-op.ts',
  StateKind: 'src/protocol/page-op.ts',
  AnimationKind: 'src/protocol/page-op.ts',
  AnimationState: 'src/protocol/page-op.ts',
  Verdict: 'src/capture/sight.ts',
};

async function numbersOf([table, entry]) {
  const { outputFiles } = await build({ entryPoints: [entry], bundle: true, format: 'esm', write: false });
  const module = await import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`);
  return [table, module[table]];
}

const numbers = Object.fromEntries(await Promise.all(Object.entries(TABLES).map(numbersOf)));

const MEMBER = new RegExp(`(?<!typeof )\\b(${Object.keys(TABLES).join('|')})[.]([A-Z0-9_]+)\\b`, 'g');

const inlineNumbers = {
  name: 'inline-numbers',
  setup({ onLoad }) {
    onLoad({ filter: /[/]src[/].*[.]ts$/ }, ({ path }) => ({
      loader: 'ts',
      contents: readFileSync(path, 'utf8').replace(MEMBER, (member, table, name) => numbers[table][name] ?? member),
    }));
  },
};

/** A field of a class that is only declared is no code. In the stub, whose only classes are errors, that would take more than it saves. */
const fields = (format) => ({ compilerOptions: { useDefineForClassFields: format === 'iife' } });

/** Licences of what a bundle holds that others wrote: they ask to be named in every copy. */
const notices = (libraries) =>
  libraries.map((name) => `/*!\n${name}\n\n${readFileSync(`node_modules/${name}/LICENSE`, 'utf8')}*/`).join('\n');

function options({ entry, out, format, holds = [] }) {
  return {
    banner: { js: notices(holds) },
    entryPoints: [entry],
    outfile: `dist/${out}`,
    format,
    bundle: true,
    minify: true,
    sourcemap: true,
    target: 'es2022',
    tsconfigRaw: fields(format),
    charset: 'utf8',
    plugins: [inlineNumbers],
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
