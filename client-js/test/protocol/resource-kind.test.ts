import { describe, expect, it } from 'vitest';
import { kindOf } from '../../src/protocol/resource-kind.ts';

const bytes = (text: string): Uint8Array => Uint8Array.from(text, (unit) => unit.charCodeAt(0));

describe('the kind of a resource', () => {
  it.each([
    ['image/png', '\x89PNG\r\n\x1a\n....'],
    ['image/jpeg', '\xff\xd8\xff\xe0....'],
    ['image/gif', 'GIF89a....'],
    ['image/webp', 'RIFF\x10\0\0\0WEBPVP8 '],
    ['image/avif', '\0\0\0\x20ftypavif....'],
    ['image/bmp', 'BM\x10\0\0\0\0\0\0\0....'],
    ['image/x-icon', '\0\0\x01\0\x01\0....'],
    ['image/svg+xml', '<svg xmlns="http://www.w3.org/2000/svg"/>'],
    ['image/svg+xml', '\xef\xbb\xbf<?xml version="1.0"?>\n<!-- by hand -->\n<!DOCTYPE svg [<!ENTITY a "b">]>\n<!-- again --><svg>'],
  ])('should be an image: %s', (type, begin) => {
    expect(kindOf(bytes(begin))).toEqual({ type, isFont: false });
  });

  it.each([
    ['font/woff2', 'wOF2\0\x01\0\0'],
    ['font/woff', 'wOFF\0\x01\0\0'],
    ['font/ttf', '\0\x01\0\0\0\x0c'],
    ['font/otf', 'OTTO\0\x0c'],
  ])('should be a font: %s', (type, begin) => {
    expect(kindOf(bytes(begin))).toEqual({ type, isFont: true });
  });

  it.each([
    ['nothing', ''],
    ['a page', '<!doctype html><svg></svg>'],
    ['a page that begins like XML', '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><svg/></html>'],
    ['a page behind a comment', '<!-- <svg> --><html>'],
    ['a script', 'alert("<svg>")'],
    ['a document', '%PDF-1.7'],
    ['a film', '\0\0\0\x20ftypisom'],
    ['a word that begins with svg', '<svgx>'],
  ])('should be none: %s', (_, begin) => {
    expect(kindOf(bytes(begin))).toBeUndefined();
  });

  it('should be told soon, whatever stands at the begin', () => {
    const startedAt = performance.now();
    for (const begin of ['<!---->', '<!-- ', '<?xml ', ' ', '<!DOCTYPE [', '<!---->\n<!---->']) kindOf(bytes(begin.repeat(4_096)));
    expect(performance.now() - startedAt).toBeLessThan(500);
  });
});
