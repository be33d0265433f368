import { describe, expect, it } from 'vitest';
import { replayPage } from './replay-page.ts';
import type {} from './in-page.ts';

const page = replayPage();

/** What the tests below stand on; runs in the page. */
function prepare(): void {
  const KEYFRAME = 0x40;
  const MUTATIONS = 0x41;
  const focused: number[] = [];
  const listed: number[] = [];
  const lacking: string[] = [];
  const opened = replay.show(
    '<!DOCTYPE html><body style="margin:0"><p id="p">page</p><iframe id="f" style="position:absolute;left:100px;top:50px;width:300px;height:200px;border:10px solid"></iframe><iframe id="g"></iframe><div id="d"></div>',
    {
      onFocus: (id) => focused.push(id),
      onList: (id) => listed.push(id),
      onLacking: ({ addresses }) => lacking.push(...addresses),
      deskHost: 'desk.test',
    },
  );
  const { mirror, ids } = opened;
  const tell = (number: number, type: number, payload: Uint8Array): void =>
    mirror.apply(
      replay.change((writer) => {
        writer.numbers(35, number, type, 0, payload.length);
        writer.raw(payload);
      }),
    );
  Object.assign(globalThis, {
    lab: {
      ...opened,
      focused,
      listed,
      lacking,
      place: (number: number, owner: number, id: number) => mirror.apply(replay.change((writer) => writer.numbers(34, number, owner, id))),
      /** @returns the ids of the page's elements, by their own */
      page(number: number, html: string): Readonly<Record<string, number>> {
        const sent = replay.keyframe({ html, url: 'http://pay.test/' });
        tell(number, KEYFRAME, sent.batch);
        return sent.ids;
      },
      change: (number: number, write: Parameters<typeof replay.change>[0]) => tell(number, MUTATIONS, replay.change(write)),
      part: (number: number, type: number, bytes: readonly number[]) => tell(number, type, new Uint8Array(bytes)),
      /** Of a node of a framed document, as the agent's side has it. */
      framed: (number: number, id: number) => 2 ** 31 + number * 2 ** 23 + id,
      text: (id: string) =>
        (opened.document.getElementById(id) as HTMLIFrameElement).contentDocument?.querySelector('*')?.textContent ?? '',
      f: ids['f'] ?? 0,
      g: ids['g'] ?? 0,
    },
  });
}

type Framed = ReturnType<typeof replay.show> & {
  readonly focused: number[];
  readonly listed: number[];
  readonly lacking: string[];
  place(number: number, owner: number, id: number): void;
  page(number: number, html: string): Readonly<Record<string, number>>;
  change(number: number, write: Parameters<typeof replay.change>[0]): void;
  part(number: number, type: number, bytes: readonly number[]): void;
  framed(number: number, id: number): number;
  text(id: string): string;
  readonly f: number;
  readonly g: number;
};

declare global {
  var framedLab: () => Framed;
}

/** Runs in the page, with a mirror that has two frames. */
async function run<T>(work: (lab: Framed) => T | Promise<T>): Promise<T> {
  await page().evaluate(`(${prepare.toString()})()`);
  return page().evaluate(`(${work.toString()})(globalThis.lab)`);
}

describe('a document in a frame that its own tag tells of', () => {
  it('should be shown in its frame, and change by itself', async () => {
    expect(
      await run((lab) => {
        lab.place(1, 0, lab.f);
        const ids = lab.page(1, '<body><p id="q">framed</p>');
        lab.change(1, (writer) => writer.attribute(ids['q'] ?? 0, 'title', 'changed'));
        const title = (lab.document.getElementById('f') as HTMLIFrameElement).contentDocument?.querySelector('p')?.title;
        return [lab.text('f'), title, lab.broken];
      }),
    ).toEqual(['framed', 'changed', []]);
  });

  it('should have nothing asked for that only the consumer’s browser can load, and nothing loaded from the desk’s own machine', async () => {
    expect(
      await run(async (lab) => {
        lab.place(1, 0, lab.f);
        lab.page(
          1,
          '<body><img src="blob:http://pay.test/1"><img src="http://localhost:1/secret.png"><img src="http://pay.test/gone.png">',
        );
        await new Promise((resume) => setTimeout(resume, 1_500));
        const images = (lab.document.getElementById('f') as HTMLIFrameElement).contentDocument?.querySelectorAll('img') ?? [];
        return [Array.from(images, (image) => image.getAttribute('src')), lab.lacking];
      }),
    ).toEqual([['data:,blob:http://pay.test/1', 'data:,http://localhost:1/secret.png', 'http://pay.test/gone.png'], []]);
  });

  it('should have ids of its own, which nodes are found by and points hit', async () => {
    expect(
      await run((lab) => {
        lab.place(3, 0, lab.f);
        const ids = lab.page(
          3,
          '<!DOCTYPE html><body style="margin:0"><button id="b" style="position:absolute;left:20px;top:30px;width:100px;height:40px;padding:0">b</button>',
        );
        const id = lab.framed(3, ids['b'] ?? 0);
        const node = lab.mirror.nodeOf(id);
        const { left, top, width } = lab.mirror.boxOf(id) ?? new DOMRect();
        const spot = lab.mirror.hitTest(left + 50, top + 10);
        const point = spot && lab.mirror.pointOf(spot);
        return {
          tag: node?.nodeName,
          isSame: node && lab.mirror.idOf(node) === id,
          box: [left, top, width],
          isHit: spot?.node === id,
          point: point && [Math.round(point.x), Math.round(point.y)],
          own: lab.mirror.hitTest(5, 20)?.node === lab.ids['p'],
          unknown: [lab.mirror.nodeOf(lab.framed(4, 1)), lab.mirror.nodeOf(lab.framed(3, 999_999)), lab.mirror.boxOf(lab.framed(4, 1))],
        };
      }),
    ).toEqual({ tag: 'BUTTON', isSame: true, box: [130, 90, 100], isHit: true, point: [180, 100], own: true, unknown: [null, null, null] });
  });

  it('should scroll, be released, and be hovered by its own ids', async () => {
    expect(
      await run((lab) => {
        lab.place(1, 0, lab.f);
        const ids = lab.page(
          1,
          '<!DOCTYPE html><style>p:hover { color: rgb(1, 2, 3) }</style><body style="margin:0"><p id="q" style="height:3000px;margin:0">tall</p>',
        );
        const scrolled = lab.mirror.scrollBy(200, 150, 0, 70);
        const inner = (lab.document.getElementById('f') as HTMLIFrameElement).contentDocument as Document;
        const before = inner.defaultView?.scrollY;
        lab.mirror.releaseScroll(scrolled?.id ?? 0);
        lab.mirror.hover(lab.framed(1, ids['q'] ?? 0));
        const color = inner.defaultView?.getComputedStyle(inner.querySelector('p') as Element).color;
        const isAround = lab.document.getElementById('f')?.hasAttribute('data-tandem-hover');
        lab.mirror.hover(lab.ids['p'] ?? 0);
        const after = inner.defaultView?.getComputedStyle(inner.querySelector('p') as Element).color;
        return {
          id: scrolled?.id === lab.framed(1, ids['document'] ?? 0),
          before,
          after: [inner.defaultView?.scrollY, after],
          color,
          isAround,
        };
      }),
    ).toEqual({ id: true, before: 70, after: [0, 'rgb(0, 0, 0)'], color: 'rgb(1, 2, 3)', isAround: true });
  });

  it('should have the focus where the consumer has it, through frames', async () => {
    expect(
      await run((lab) => {
        lab.place(1, 0, lab.f);
        const ids = lab.page(1, '<body><input id="i"><iframe id="n"></iframe>');
        lab.place(2, 1, ids['n'] ?? 0);
        const inner = lab.page(2, '<body><input id="j">');
        const focus = (number: number, id: number): void => {
          if (number > 0) lab.change(number, (writer) => writer.focus(id));
          else lab.mirror.apply(replay.change((writer) => writer.focus(id)));
        };
        focus(0, lab.f);
        focus(1, ids['i'] ?? 0);
        focus(1, ids['n'] ?? 0);
        focus(2, inner['j'] ?? 0);
        focus(0, lab.ids['p'] ?? 0);
        const wanted = [
          lab.f,
          lab.framed(1, ids['i'] ?? 0),
          lab.framed(1, ids['n'] ?? 0),
          lab.framed(2, inner['j'] ?? 0),
          lab.ids['p'] ?? 0,
        ];
        return [lab.focused, wanted];
      }).then(([focused, wanted]) => JSON.stringify(focused) === JSON.stringify(wanted)),
    ).toBe(true);
  });

  it('should begin anew with its own keyframe, and with the page’s be told anew', async () => {
    expect(
      await run((lab) => {
        lab.place(1, 0, lab.f);
        lab.page(1, '<body><p>first</p>');
        lab.page(1, '<body><p>second</p>');
        const second = lab.text('f');
        const sent = replay.keyframe({ html: '<body><iframe id="f"></iframe>' });
        lab.mirror.apply(sent.batch);
        lab.page(1, '<body><p>of nobody</p>');
        const frame = (): HTMLIFrameElement | null | undefined => lab.mirror.document?.querySelector('iframe');
        const before = frame()?.contentDocument?.body.textContent;
        lab.place(1, 0, sent.ids['f'] ?? 0);
        lab.page(1, '<body><p>third</p>');
        return [second, before, frame()?.contentDocument?.body.textContent, lab.broken];
      }),
    ).toEqual(['second', '', 'third', []]);
  });

  it('should go with its place, with what is in it', async () => {
    expect(
      await run((lab) => {
        lab.place(1, 0, lab.f);
        const ids = lab.page(1, '<body>outer<iframe id="n"></iframe>');
        lab.place(2, 1, ids['n'] ?? 0);
        lab.page(2, '<body>inner');
        const inner = lab.mirror.nodeOf(lab.framed(2, 1)) !== null;
        lab.place(1, 0, 0);
        return [inner, lab.text('f'), lab.mirror.nodeOf(lab.framed(1, 1)), lab.mirror.nodeOf(lab.framed(2, 1)), lab.broken];
      }),
    ).toEqual([true, '', null, null, []]);
  });

  it('should have its selection, its lists and its texts shown by its own ids', async () => {
    const found = await run((lab) => {
      lab.place(2, 0, lab.f);
      const ids = lab.page(
        2,
        '<!DOCTYPE html><body style="margin:0;font:20px/30px monospace"><p id="q" style="margin:0">The quick fox</p><select id="s"></select>',
      );
      const text = (ids['q'] ?? 0) + 1;
      lab.change(2, (writer) => writer.numbers(30, 1, text, 4, text, 9));
      lab.change(2, (writer) => writer.numbers(31, 2, 1, ids['s'] ?? 0));
      const inner = (lab.document.getElementById('f') as HTMLIFrameElement).contentDocument?.defaultView as Window & typeof globalThis;
      const { left = 0, top = 0 } = lab.mirror.boxOf(lab.framed(2, ids['q'] ?? 0)) ?? {};
      const [from, to] = [lab.mirror.caretAt({ x: left + 1, y: top + 15 }), lab.mirror.caretAt({ x: left + 37, y: top + 15 })];
      const between = from && to && lab.mirror.textBetween(from, to);
      const boxes = between ? lab.mirror.textBoxes(between) : [];
      const listed = [...lab.listed];
      const selected = Array.from(inner.CSS.highlights.get('tandem-selection') ?? [], String);
      lab.place(2, 0, 0);
      return {
        selected,
        listed: listed.at(-1) === lab.framed(2, ids['s'] ?? 0),
        after: lab.listed.at(-1),
        between: between?.start === lab.framed(2, text) && [between.startOffset, between.endOffset],
        isInFrame: boxes.every((box) => box.left >= 110 && box.top >= 60),
        boxes: boxes.length,
      };
    });
    expect(found).toEqual({ selected: ['quick'], listed: true, after: 0, between: [0, 3], isInFrame: true, boxes: 1 });
  });

  it('should not be missing from its frame any more, and say what is missing in it', async () => {
    const { f, g, nested, ...missing } = await run((lab) => {
      const nodes = (): readonly number[] => lab.mirror.foreign().map(({ node }) => node);
      const before = nodes();
      lab.place(1, 0, lab.f);
      const placed = nodes();
      const ids = lab.page(1, '<body><iframe id="n" src="http://map.test/"></iframe>');
      const shown = lab.mirror.foreign();
      lab.place(2, 1, ids['n'] ?? 0);
      lab.page(2, '<body>nested');
      const both = nodes();
      lab.place(1, 0, 0);
      return { before, placed, shown, both, after: nodes(), f: lab.f, g: lab.g, nested: lab.framed(1, ids['n'] ?? 0) };
    });
    const shown = [
      { node: g, host: '' },
      { node: nested, host: 'map.test' },
    ];
    expect(missing).toEqual({ before: [f, g], placed: [f, g], shown, both: [g], after: [f, g] });
  });
});

/** What each does to the mirror; all of it is the framed document's own fault. */
const FAULTS: readonly (readonly [name: string, does: (lab: Framed) => void])[] = [
  ['a batch that is none', (lab) => lab.part(1, 0x41, [9, 9])],
  ['a node that it does not have', (lab) => lab.change(1, (writer) => writer.remove([lab.f]))],
  ['an id of another document', (lab) => lab.change(1, (writer) => writer.attribute(lab.framed(2, 1), 'class', 'x'))],
  [
    'an id beyond its own',
    (lab) =>
      lab.change(1, (writer) => {
        writer.nodes(1, 0);
        writer.text(2 ** 23, 'x');
        writer.close();
      }),
  ],
  ['a frame of the page', (lab) => lab.change(1, (writer) => writer.numbers(34, 2, 0, lab.g))],
  [
    'a part of another',
    (lab) =>
      lab.change(1, (writer) => {
        writer.numbers(35, 2, 0x41, 0, 1);
        writer.raw(new Uint8Array([0]));
      }),
  ],
  ['a frame of another lane', (lab) => lab.part(1, 0x80, [0])],
  ['an asset that is none', (lab) => lab.part(1, 0x42, [1, 9])],
  [
    'an asset that it says is known',
    (lab) => lab.part(1, 0x42, [...replay.encodeAssetPart({ number: 1, isLast: true, bytes: new Uint8Array(33) })]),
  ],
];

describe('a fault of a framed document', () => {
  it.each(FAULTS)('should end that document and nothing else: %s', async (_name, fault) => {
    await page().evaluate(`(${prepare.toString()})()`);
    await page().evaluate(() => {
      const { lab } = globalThis as unknown as { lab: Framed };
      lab.place(1, 0, lab.f);
      lab.page(1, '<body><p id="q">hostile</p>');
      lab.place(2, 0, lab.g);
      lab.page(2, '<body><p id="q">honest</p>');
    });
    await page().evaluate(`(${fault.toString()})(globalThis.lab)`);
    await expect.poll(() => page().evaluate(() => (globalThis as unknown as { lab: Framed }).lab.text('f'))).toBe('');
    const rest = await page().evaluate(() => {
      const { lab } = globalThis as unknown as { lab: Framed };
      lab.change(2, (writer) => writer.attribute(4, 'title', 'goes on'));
      lab.mirror.apply(replay.change((writer) => writer.attribute(lab.ids['p'] ?? 0, 'title', 'goes on')));
      // What it says from now on is not heard.
      lab.page(1, '<body>again');
      return [lab.text('f'), lab.text('g'), lab.document.getElementById('p')?.title, lab.broken];
    });
    expect(rest).toEqual(['', 'honest', 'goes on', []]);
  });
});

describe('what the page’s own tag says of frames', () => {
  it('should be passed over where a framed document has said otherwise', async () => {
    expect(
      await run((lab) => {
        lab.place(1, 0, lab.f);
        const ids = lab.page(1, '<body><p id="q">no frame</p>');
        // In no frame, in a document that is not there, in one that the page has a document in.
        lab.place(2, 1, ids['q'] ?? 0);
        lab.place(3, 9, 1);
        lab.page(2, '<body>x');
        lab.page(3, '<body>x');
        lab.mirror.apply(
          replay.change((writer) => {
            writer.nodes(lab.g, 0);
            writer.openDocument(900, { url: 'http://shop.test/', baseUrl: 'http://shop.test/', mode: 1, width: 1, height: 1 });
            writer.openElement(901, 0, 'html', [], [], 0);
            writer.text(902, 'own');
            writer.close();
            writer.close();
            writer.close();
          }),
        );
        lab.place(4, 0, lab.g);
        lab.page(4, '<body>x');
        lab.place(4, 0, 0);
        return [lab.text('f'), lab.text('g'), lab.broken];
      }),
    ).toEqual(['no frame', 'own', []]);
  });

  it('should be refused where no tag of ours would say so', async () => {
    const broken = (work: (lab: Framed) => void): Promise<string[]> =>
      run(work).then(() => page().evaluate(() => (globalThis as unknown as { lab: Framed }).lab.broken));
    expect(await broken((lab) => lab.place(0, 0, lab.f))).toEqual(['framed document 0; allowed are 1 to 255']);
    expect(await broken((lab) => lab.place(256, 0, lab.f))).toHaveLength(1);
    expect(
      await broken((lab) => {
        const frames = Array.from({ length: 17 }, (_, i) => `<iframe id="x${i}"></iframe>`).join('');
        const sent = replay.keyframe({ html: `<body>${frames}` });
        lab.mirror.apply(sent.batch);
        for (let i = 0; i < 17; i++) lab.place(i + 1, 0, sent.ids[`x${i}`] ?? 0);
      }),
    ).toEqual(['more than 16 framed documents']);
  });
});
