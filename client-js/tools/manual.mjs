// Writes a page folder that holds one manual of so many nodes: `node tools/manual.mjs FOLDER [NODES]`.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The largest page in the corpus that the field's figures come from. */
const NODES = 278_000;
/** Numerical Recipes' linear congruential generator: the same words in every run. */
const FACTOR = 1_664_525;
const SUMMAND = 1_013_904_223;
const MODULUS = 2 ** 32;

const [folder, wanted = String(NODES)] = process.argv.slice(2);
const count = Number(wanted);
if (folder === undefined || !Number.isInteger(count) || count < 1_000) {
  console.error('usage: node tools/manual.mjs FOLDER [NODES, 1000 or more]');
  process.exit(2);
}

let seed = 1;
const draw = (below) => {
  seed = (seed * FACTOR + SUMMAND) % MODULUS;
  return Math.floor((seed / MODULUS) * below);
};
const words = Array.from({ length: 3_000 }, () => Array.from({ length: 2 + draw(8) }, () => String.fromCharCode(97 + draw(26))).join(''));
const word = () => words[draw(words.length)];
const some = (least, more) => Array.from({ length: least + draw(more) }, word).join(' ');

let nodes = 0;
/** An element with its text, or with what is inside. */
const element = (tag, inside, attributes = '') => {
  nodes += /^[^<]/.test(inside) ? 2 : 1;
  return `<${tag}${attributes}>${inside}</${tag}>`;
};
const list = (of) => Array.from({ length: 4 + draw(12) }, of).join('');

const paragraph = () => {
  nodes += 3;
  return element(
    'p',
    `${some(8, 20)} ${element('code', word())} ${some(2, 8)} ${element('a', word(), ` href="#${word()}"`)} ${some(1, 6)}`,
  );
};
const bullets = () =>
  element(
    'ul',
    list(() => element('li', element('a', some(1, 3), ` href="#${word()}" title="${word()}"`))),
  );
const table = () =>
  element(
    'table',
    element(
      'tbody',
      list(() => element('tr', Array.from({ length: 3 }, () => element('td', some(1, 4))).join(''), ' class="row"')),
    ),
  );
const code = () =>
  element(
    'pre',
    list(() => `${element('span', word(), ' class="kw"')}${element('span', word(), ' class="id"')}`),
  );
const PARTS = [paragraph, paragraph, bullets, table, code];

let sections = '';
let number = 0;
while (nodes < count) {
  number++;
  const parts = Array.from({ length: 3 + draw(5) }, () => PARTS[draw(PARTS.length)]()).join('\n');
  sections += element('section', `${element('h2', `${number}. ${some(1, 3)}`, ` id="s${number}"`)}${parts}`) + '\n';
}

mkdirSync(join(folder, 'manual'), { recursive: true });
writeFileSync(
  join(folder, 'manual', 'index.html'),
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Manual</title><style>
body { margin: 0 auto; max-width: 60em; font: 15px/1.5 serif; color: #222 } section { border-top: 1px solid #ccc }
h2 { font-family: sans-serif } code, pre { font-family: monospace; background: #f4f4f4 } .kw { color: #708; padding-right: 1ch } .id { color: #05a; padding-right: 1ch }
table { border-collapse: collapse } td { border: 1px solid #bbb; padding: 2px 6px } .row:nth-child(even) { background: #fafafa }
</style></head><body>
${sections}</body></html>
`,
);
console.log(`${nodes} nodes in ${number} sections`);
