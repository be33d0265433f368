import { deflateSync } from 'node:zlib';

export type Paint = (x: number, y: number) => readonly [red: number, green: number, blue: number];

/** A PNG of one colour, or of whatever is painted. */
export function png(width: number, height: number, paint: Paint | readonly [number, number, number]): Buffer {
  const colourAt: Paint = typeof paint === 'function' ? paint : () => paint;
  const rows: Buffer[] = [];
  for (let y = 0; y < height; y++) {
    rows.push(Buffer.from([0, ...Array.from({ length: width }, (_, x) => colourAt(x, y)).flat()]));
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const parts = [
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(new Uint8Array(Buffer.concat(rows.map((row) => new Uint8Array(row)))))),
    chunk('IEND', Buffer.alloc(0)),
  ];
  return Buffer.concat([signature, ...parts].map((part) => new Uint8Array(part)));
}

/** What no encoding shortens: each pixel another colour, always the same. */
export const noise: Paint = (x, y) => {
  const mixed = Math.imul(x * 7919 + y * 104_729 + 1, 0x9e37_79b1) >>> 0;
  return [mixed >>> 24, (mixed >>> 16) & 255, (mixed >>> 8) & 255];
};

function chunk(type: string, data: Buffer): Buffer {
  const named = new Uint8Array([...Buffer.from(type), ...data]);
  const whole = Buffer.alloc(named.length + 8);
  whole.writeUInt32BE(data.length, 0);
  whole.set(named, 4);
  whole.writeUInt32BE(checksum(named), named.length + 4);
  return whole;
}

function checksum(bytes: Uint8Array): number {
  let sum = 0xffff_ffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (0xedb8_8320 & -(sum & 1));
  }
  return ~sum >>> 0;
}
