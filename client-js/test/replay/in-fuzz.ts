import './in-page.ts';
import { PageOp } from '../../src/protocol/page-op.ts';
import type { PageWriter } from '../../src/protocol/page-writer.ts';

/** A small seeded generator (mulberry32): a failing run names its seed and happens again. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

const PAGE =
  '<!DOCTYPE html><head><style>p{color:red}</style><link rel=stylesheet href="/a.css"></head><body><div><template shadowrootmode=open><slot></slot></template>x</div>' +
  '<dialog><input value=a></dialog><textarea>t</textarea><select><option>1<option>2</select><iframe></iframe><svg><use href="#a"/></svg><script>0</script><p popover>p';

const WORDS = [
  '',
  'class',
  'style',
  'href',
  'open',
  'type',
  'checkbox',
  'file',
  'p{color:blue}',
  '@import "x"',
  'url(',
  'é\u{1F600}',
  '"',
  'x y',
  'http://[',
  'data:,',
];
const TAGS = ['div', 'iframe', 'style', 'link', 'script', 'dialog', 'x-y', 'a b', '', 'svg', 'use', 'html', 'input', 'frameset'];

/** Writes one operation of any kind with ids that may or may not exist. */
function operation(writer: PageWriter, next: (below: number) => number, fresh: () => number): void {
  const id = (): number => next(40);
  const word = (): string => WORDS[next(WORDS.length)] ?? '';
  const ids = (): number[] => Array.from({ length: next(4) }, id);
  const kinds: readonly (() => void)[] = [
    () => forest(writer, next, fresh),
    () => writer.remove(ids()),
    () => writer.move(id(), id(), id()),
    () => writer.setText(id(), word()),
    () => writer.attribute(id(), word(), next(3) === 0 ? null : word()),
    () => writer.value(id(), word()),
    () => writer.checked(id(), next(4)),
    () => writer.selected(id(), ids()),
    () => writer.scroll(id(), next(500) - 100, next(5_000) - 100),
    () => writer.viewport(next(2_000), next(2_000), 1),
    () => writer.sheet(id(), word(), word()),
    () => writer.sheetInsert(id(), next(3), word()),
    () => writer.sheetDelete(id(), next(3)),
    () => writer.sheetDisabled(id(), next(2) === 0),
    () => writer.adoptedSheet(next(60), word(), word()),
    () => writer.adopt(id(), ids()),
    () => writer.focus(id()),
    () => writer.modal(id(), next(3) as 0 | 1 | 2),
    () => writer.url(word()),
    () => writer.numbers(PageOp.SELECTION, 2, id(), next(9), id(), next(9), id(), 0, id(), next(9)),
    () => writer.numbers(PageOp.STATE, 1 + next(2), 2, id(), id()),
    () => writer.numbers(PageOp.VISIBLE, next(99), next(99), next(2_000), next(2_000)),
    () => moving(writer, next),
    () => replay.steer(writer, next(8), next(3), next(10_000) - 5_000, next(7) - 3),
    () => writer.numbers(PageOp.FRAME, next(5), next(4), id()),
    () => part(writer, next),
  ];
  kinds[next(kinds.length)]?.();
}

function moving(writer: PageWriter, next: (below: number) => number): void {
  const word = (): string => WORDS[next(WORDS.length)] ?? '';
  const keyframes = Array.from({ length: next(4) }, () => ({ offset: 0.5, easing: word(), properties: [[word(), word()]] as const }));
  const movement = { duration: next(2_000), iterations: next(3), delay: next(200) - 100, easing: word(), keyframes };
  const kind = next(3) as 0 | 1 | 2;
  replay.animate(writer, {
    ...{ number: next(8), on: '', target: next(40), kind, name: word() },
    ...{ pseudo: next(2) === 0 ? '' : word(), movement: kind === 1 ? undefined : movement },
  });
}

/** A part of a framed document: a page, some of a page, or anything. */
function part(writer: PageWriter, next: (below: number) => number): void {
  const whole = next(3) === 0 ? Uint8Array.from({ length: next(20) }, () => next(256)) : replay.keyframe({ html: PAGE }).batch;
  const bytes = next(3) === 0 ? whole.slice(0, next(whole.length + 1)) : whole;
  writer.numbers(PageOp.FRAME_PART, next(5), 0x40 + next(4), next(8), bytes.length);
  writer.raw(bytes);
}

function forest(writer: PageWriter, next: (below: number) => number, fresh: () => number): void {
  writer.nodes(next(40), next(2) === 0 ? 0 : next(40));
  let depth = 0;
  for (let i = next(8); i >= 0; i--) {
    const id = next(10) === 0 ? next(40) + 1 : fresh();
    switch (next(8)) {
      case 0:
        writer.text(id, 'text');
        break;
      case 1:
        writer.openShadow(id);
        depth++;
        break;
      case 2:
        writer.openDocument(id, { url: 'http://shop.test/', baseUrl: '', mode: 0, width: 1, height: 1 });
        depth++;
        break;
      case 3:
        writer.doctype(id, 'html', '', '');
        break;
      case 4:
        writer.css('', 'p{}');
        break;
      default:
        writer.openElement(id, next(3) as 0 | 1 | 2, TAGS[next(TAGS.length)] ?? '', [WORDS[next(WORDS.length)] ?? ''], ['v'], 1);
        depth++;
    }
  }
  for (; depth >= 0; depth--) writer.close();
}

/** Applies operations that fit the format and not the page. @returns how many batches were applied and how many were turned down */
async function operations(seed: number, rounds: number): Promise<{ readonly applied: number; readonly refused: number }> {
  const next = random(seed);
  const { batch } = replay.keyframe({ html: PAGE });
  const { mirror, broken } = replay.open();
  let id = 1_000;
  let applied = 0;
  for (let i = 0; i < rounds; i++) {
    const before = broken.length;
    if (i % 10 === 0) await breathe();
    mirror.apply(batch);
    if (mirror.document?.querySelector('textarea') === null) throw new Error(`round ${i}: the keyframe did not restore the page`);
    for (let j = 0; j < 4 && broken.length === before; j++) {
      mirror.apply(replay.change((writer) => operation(writer, next, () => id++)));
      if (broken.length === before) applied++;
    }
  }
  return { applied, refused: broken.length };
}

/** Lets the browser collect the frames that were taken out. */
const breathe = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

/** Applies damaged and wholly random bytes. */
async function bytes(seed: number, rounds: number): Promise<{ readonly refused: number; readonly text: string | undefined }> {
  const next = random(seed);
  const { batch } = replay.keyframe({ html: PAGE });
  const { mirror, broken } = replay.open();
  for (let i = 0; i < rounds; i++) {
    if (i % 10 === 0) {
      await breathe();
      mirror.apply(batch);
    }
    const damaged = next(2) === 0 ? batch.slice(0, next(batch.length)) : Uint8Array.from({ length: next(200) }, () => next(256));
    for (let j = next(6); j >= 0 && damaged.length > 0; j--) damaged[next(damaged.length)] = next(256);
    mirror.apply(damaged);
  }
  const refused = broken.length;
  mirror.apply(replay.keyframe({ html: '<p>sound' }).batch);
  return { refused, text: mirror.document?.body.textContent ?? undefined };
}

declare global {
  var fuzz: { operations: typeof operations; bytes: typeof bytes };
}

globalThis.fuzz = { operations, bytes };
