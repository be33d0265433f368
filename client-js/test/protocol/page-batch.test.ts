import { describe, expect, it } from 'vitest';
import { MalformedBytes } from '../../src/protocol/bytes.ts';
import { FrameType } from '../../src/protocol/frame-type.ts';
import { MAX_STRING_TABLES } from '../../src/protocol/limits.ts';
import { PageOp, StateKind } from '../../src/protocol/page-op.ts';
import { type PageVisitor, readPageBatch } from '../../src/protocol/page-reader.ts';
import { PageWriter } from '../../src/protocol/page-writer.ts';

type Call = readonly [string, ...unknown[]];

/** A visitor that writes down what it is told. */
function recorder(): { readonly calls: Call[]; readonly visitor: PageVisitor } {
  const calls: Call[] = [];
  const visitor = new Proxy({} as PageVisitor, {
    get:
      (_, name) =>
      (...args: unknown[]) =>
        void calls.push([String(name), ...args]),
  });
  return { calls, visitor };
}

const PAGE = { url: 'https://shop.example/a', baseUrl: 'https://shop.example/a', mode: 1, width: 1280, height: 720 } as const;

describe('a page batch', () => {
  it('should read back what was written, in order', () => {
    const writer = new PageWriter();
    writer.reset(PAGE, 1.25, 5);
    writer.nodes(0, 0);
    writer.openDocument(1, PAGE);
    writer.doctype(2, 'html', '', '');
    writer.openElement(3, 0, 'html', ['lang', 'class'], ['en', 'a b'], 2);
    writer.openShadow(4);
    writer.text(9, 'ünï \u{1F600}');
    writer.close();
    writer.openElement(10, 1, 'svg', ['lang'], ['en'], 1);
    writer.close();
    writer.close();
    writer.close();
    writer.close();
    writer.scroll(1, -12.4, 3000);
    writer.selected(10, [0, 2]);
    writer.attribute(3, 'class', null);
    writer.hold(3, 1, 12.5, 300.015625);
    writer.hold(3, 0, 0, 0);
    writer.numbers(PageOp.SELECTION, 2, 9, 0, 9, 300, 10, 1, 10, 4);
    writer.numbers(PageOp.STATE, StateKind.OPEN_LIST, 1, 10);
    writer.numbers(PageOp.VISIBLE, 0, 120, 400, 300);
    writer.numbers(PageOp.FRAME, 7, 0, 3);
    writer.numbers(PageOp.FRAME_PART, 7, FrameType.KEYFRAME, 5, 3);
    writer.raw(Uint8Array.of(0, 255, 128));
    const { calls, visitor } = recorder();
    readPageBatch(writer.finish(), visitor);
    expect(calls).toEqual([
      ['reset', PAGE, 1.25, 5],
      ['nodes', 0, 0],
      ['openDocument', 1, PAGE],
      ['doctype', 2, 'html', '', ''],
      ['openElement', 3, 0, 'html', ['lang', 'class'], ['en', 'a b']],
      ['openShadow', 4],
      ['text', 9, 'ünï \u{1F600}'],
      ['close'],
      ['openElement', 10, 1, 'svg', ['lang'], ['en']],
      ['close'],
      ['close'],
      ['close'],
      ['endNodes'],
      ['scroll', 1, -12, 3000],
      ['selected', 10, [0, 2]],
      ['attribute', 3, 'class', null],
      ['hold', 3, 1, 12.5, 300.015625],
      ['hold', 3, 0, 0, 0],
      [
        'selection',
        [
          { start: 9, startOffset: 0, end: 9, endOffset: 300 },
          { start: 10, startOffset: 1, end: 10, endOffset: 4 },
        ],
      ],
      ['state', 2, [10]],
      ['visible', 0, 120, 400, 300],
      ['frame', 7, 0, 3],
      ['framePart', 7, FrameType.KEYFRAME, 5, Uint8Array.of(0, 255, 128)],
    ]);
  });

  it('should keep its place in the text when a string holds a lone surrogate', () => {
    const writer = new PageWriter();
    writer.setText(1, 'a\ud800b');
    writer.setText(2, 'next');
    const { calls, visitor } = recorder();
    readPageBatch(writer.finish(), visitor);
    expect(calls).toEqual([
      ['setText', 1, 'a\ufffdb'],
      ['setText', 2, 'next'],
    ]);
  });

  it('should bring every character, also those that separate and escape strings', () => {
    const texts = ['a\0b', '\0', '\x01', '\x010', '\x011', '\x01\0\x01\x01', '\x00\x000', '', 'next', 'a\0b'];
    const writer = new PageWriter();
    texts.forEach((text, i) => {
      writer.setText(i, text);
    });
    const { calls, visitor } = recorder();
    readPageBatch(writer.finish(), visitor);
    expect(calls).toEqual(texts.map((text, i) => ['setText', i, text]));
  });

  it('should find a string again in the table of its like, and read a long one each time', () => {
    const writer = new PageWriter();
    const long = 'x'.repeat(257);
    const written: [number, string, string][] = [];
    for (const [name, value] of [
      ['class', 'on'],
      ['id', 'on'],
      ['class', long],
      ['class', 'off'],
      ['class', long],
      ['on', 'class'],
      ['class', 'on'],
      ['class', 'off'],
    ] as const) {
      written.push([written.length + 1, name, value]);
      writer.attribute(written.length, name, value);
      writer.setText(100 + written.length, value);
    }
    const { calls, visitor } = recorder();
    readPageBatch(writer.finish(), visitor);
    expect(calls).toEqual(
      written.flatMap(([id, name, value]) => [
        ['attribute', id, name, value],
        ['setText', 100 + id, value],
      ]),
    );
  });

  it('should find the table of an attribute whose name holds a lone surrogate', () => {
    const writer = new PageWriter();
    for (const [name, value] of [
      ['a\ud83d', 'x'],
      ['a\ud83e', 'y'],
      ['a\u{1F600}', 'z'],
      ['a\ud83e', 'y'],
      ['a\u{1F600}', 'z'],
    ] as const) {
      writer.attribute(1, name, value);
    }
    const { calls, visitor } = recorder();
    readPageBatch(writer.finish(), visitor);
    expect(calls.map(([, , name, value]) => [name, value])).toEqual([
      ['a\ufffd', 'x'],
      ['a\ufffd', 'y'],
      ['a\u{1F600}', 'z'],
      ['a\ufffd', 'y'],
      ['a\u{1F600}', 'z'],
    ]);
  });

  it('should refuse a batch that makes more string tables than a viewer should have to keep', () => {
    const batch = (names: number): Uint8Array => {
      const writer = new PageWriter();
      for (let i = 0; i < names; i++) writer.attribute(1, `a${i}`, '');
      return writer.finish();
    };
    // The names have a table of their own.
    expect(() => readPageBatch(batch(MAX_STRING_TABLES - 1), recorder().visitor)).not.toThrow();
    expect(() => readPageBatch(batch(MAX_STRING_TABLES), recorder().visitor)).toThrow('more than 65536 string tables in a batch');
  });

  it('should refuse every truncation of a batch', () => {
    const writer = new PageWriter();
    writer.nodes(0, 0);
    writer.openElement(1, 0, 'p', ['id'], ['x'], 1);
    writer.text(2, 'hello');
    writer.close();
    writer.close();
    const whole = writer.finish();
    for (let length = 0; length < whole.length; length++) {
      expect(() => readPageBatch(whole.subarray(0, length), recorder().visitor), `cut to ${length}`).toThrow(MalformedBytes);
    }
  });
});
