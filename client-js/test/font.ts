/** Of the em square, in the font's own units. */
const EM = 1_000;
/** How wide every letter is: three times as wide as it is high, as in no other font. */
const ADVANCE = 3 * EM;

/** A TrueType font whose letters (U+0020 to U+007E) are all the same wide black box: whoever has it lays texts out as nobody else does. */
export function boxFont(family: string): Buffer {
  const tables: readonly (readonly [tag: string, table: Buffer])[] = [
    ['OS/2', os2()],
    ['cmap', cmap()],
    ['glyf', glyph()],
    ['head', head()],
    ['hhea', hhea()],
    ['hmtx', words(ADVANCE, 0, ADVANCE, 0)],
    ['loca', words(0, 0, glyph().length / 2)],
    ['maxp', Buffer.concat([long(0x10000), words(2, 4, 1, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0)].map(plain))],
    ['name', name(family)],
    ['post', Buffer.concat([long(0x30000), long(0), words(0, 0), ...Array.from({ length: 5 }, () => long(0))].map(plain))],
  ];
  let offset = 12 + 16 * tables.length;
  const directory = tables.map(([tag, table]) => {
    const entry = Buffer.concat([Buffer.from(tag), long(sumOf(table)), long(offset), long(table.length)].map(plain));
    offset += padded(table).length;
    return entry;
  });
  const power = 2 ** Math.floor(Math.log2(tables.length));
  const begin = Buffer.concat([long(0x10000), words(tables.length, 16 * power, Math.log2(power), 16 * (tables.length - power))].map(plain));
  return Buffer.concat([begin, ...directory, ...tables.map(([, table]) => padded(table))].map(plain));
}

const plain = (buffer: Buffer): Uint8Array => new Uint8Array(buffer);

function words(...values: readonly number[]): Buffer {
  const out = Buffer.alloc(2 * values.length);
  values.forEach((value, i) => out.writeUInt16BE(value & 0xffff, 2 * i));
  return out;
}

function long(value: number): Buffer {
  const out = Buffer.alloc(4);
  out.writeUInt32BE(value >>> 0);
  return out;
}

const padded = (table: Buffer): Buffer => Buffer.concat([plain(table), new Uint8Array((4 - (table.length % 4)) % 4)]);

function sumOf(table: Buffer): number {
  const whole = padded(table);
  let sum = 0;
  for (let at = 0; at < whole.length; at += 4) sum = (sum + whole.readUInt32BE(at)) >>> 0;
  return sum;
}

/** One contour of four points, all on the curve. */
function glyph(): Buffer {
  const outline = words(1, 0, 0, ADVANCE, EM, 3, 0);
  const flags = Buffer.from([1, 1, 1, 1]);
  const across = words(0, 0, ADVANCE, 0);
  const up = words(0, EM, 0, -EM);
  return padded(Buffer.concat([outline, flags, across, up].map(plain)));
}

/** All letters are glyph 1; whatever else, glyph 0, which is empty. */
function cmap(): Buffer {
  // Two segments: their ends, their begins, what is added, and where their glyphs stand: the first's four bytes behind that number.
  const segments = words(0x7e, 0xffff, 0, 0x20, 0xffff, 0, 1, 4, 0);
  const glyphs = words(...Array.from({ length: 0x7e - 0x20 + 1 }, () => 1));
  const length = 14 + segments.length + glyphs.length;
  return Buffer.concat([words(0, 1, 3, 1, 0, 12), words(4, length, 0, 4, 4, 1, 0), segments, glyphs].map(plain));
}

const head = (): Buffer =>
  Buffer.concat(
    [long(0x10000), long(0x10000), long(0), long(0x5f0f3cf5), words(0, EM), Buffer.alloc(16), words(0, 0, ADVANCE, EM, 0, 8, 2, 0, 0)].map(
      plain,
    ),
  );

const hhea = (): Buffer => Buffer.concat([long(0x10000), words(EM, 0, 0, ADVANCE, 0, 0, ADVANCE, 1, 0, 0, 0, 0, 0, 0, 0, 2)].map(plain));

function os2(): Buffer {
  const out = Buffer.alloc(78);
  out.set(plain(words(0, ADVANCE, 400, 5, 0)), 0);
  out.write('NONE', 58);
  out.set(plain(words(0x40, 0x20, 0x7e, EM, 0, 0, EM, 0)), 62);
  return out;
}

function name(family: string): Buffer {
  const texts = [family, 'Regular', family, family, 'Version 1', family];
  const ids = [1, 2, 3, 4, 5, 6];
  const utf16 = texts.map((text) => words(...Array.from(text, (unit) => unit.charCodeAt(0))));
  let offset = 0;
  const records = utf16.map((text, i) => {
    const record = words(3, 1, 0x409, ids[i] as number, text.length, offset);
    offset += text.length;
    return record;
  });
  return Buffer.concat([words(0, ids.length, 6 + 12 * ids.length), ...records, ...utf16].map(plain));
}
