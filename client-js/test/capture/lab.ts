/*
 * Runs inside the page under test: a capture, a mirror that reads what it sends, and a comparison of the two. Bundled by browser.ts.
 */
import { type Capture, startCapture } from '../../src/capture/capture.ts';
import type { CaptureOptions } from '../../src/capture/capture-options.ts';
import { AssetCoding, HASH_BYTES } from '../../src/protocol/asset.ts';
import { decodePicture, type Picture } from '../../src/protocol/picture.ts';
import { createMedia } from '../../src/capture/media/media.ts';
import { type PageVisitor, readPageBatch } from '../../src/protocol/page-reader.ts';
import { createMirror, type Mirror, type MirrorNode } from './mirror.ts';

export interface SentFrame {
  readonly type: number;
  readonly bytes: number;
  readonly flags: number;
}

export interface Lab {
  readonly capture: Capture;
  readonly mirror: Mirror;
  readonly frames: SentFrame[];
  /** Frames that may still be sent. */
  hasRoomFor: number;
  /** The first difference between the page and the mirror; '' when there is none. */
  difference(): string;
  /** Resolves when all of the page was sent, with the difference then. */
  whole(): Promise<string>;
  /** Every expanded byte that left the page, as one string. */
  sentText(): string;
  nodeOf(element: Node): MirrorNode;
}

export function start(options: Partial<CaptureOptions> = {}): Lab {
  const mirror = createMirror();
  const frames: SentFrame[] = [];
  const lab: Lab = {
    mirror,
    frames,
    hasRoomFor: Infinity,
    capture: startCapture({
      window,
      send(type, payload, flags) {
        lab.hasRoomFor--;
        frames.push({ type, bytes: payload.length, flags });
        mirror.frame(type, payload, flags);
      },
      hasRoom: () => lab.hasRoomFor > 0,
      flushMillis: () => 50,
      ignores: (node) => (node as Element).localName === 'tandem-ui',
      wasPassword: () => false,
      scrolled: [],
      loadMedia: () => Promise.resolve({ createMedia }),
      ...options,
    }),
    difference() {
      const root = mirror.root();
      return root === null ? 'no mirror' : compare(document, root, '');
    },
    async whole() {
      while (!lab.capture.isWhole) await new Promise((resume) => setTimeout(resume, 1));
      lab.capture.flush();
      const held = [...mirror.nodes.values()].filter(({ state }) => state['hold'] !== undefined);
      return held.length > 0 ? `${held.length} boxes are still held` : lab.difference();
    },
    sentText: () => mirror.batches.map(({ bytes }) => new TextDecoder().decode(bytes)).join('\n'),
    nodeOf(node) {
      const found = mirror.nodes.get(lab.capture.idOf(node));
      if (found === undefined) throw new Error(`${node.nodeName} is not in the mirror`);
      return found;
    },
  };
  return lab;
}

function compare(node: Node, mirror: MirrorNode, path: string): string {
  const here = `${path}/${node.nodeName.toLowerCase()}#${mirror.id}`;
  if (node.nodeType === 3)
    return mirror.data === (node as Text).data ? '' : `${here}: text "${mirror.data}", page "${(node as Text).data}"`;
  if (node.nodeType === 10) return '';
  if (node.nodeType === 1) {
    const fault = compareElement(node as Element, mirror, here);
    if (fault !== '') return fault;
  }
  const isEmptied = /^(?:script|noscript|template|style|link|iframe)$/i.test(node.nodeName);
  const wanted = isEmptied ? [] : [...node.childNodes].filter(isMirrored);
  const children = mirror.children;
  for (let i = 0; i < Math.max(wanted.length, children.length); i++) {
    const [want, have] = [wanted[i], children[i]];
    if (want === undefined || have === undefined || want.nodeName.toLowerCase() !== nameOf(have)) {
      return `${here}: child ${i} is ${have === undefined ? 'missing' : nameOf(have)}, page ${want?.nodeName ?? 'none'}`;
    }
    const fault = compare(want, have, here);
    if (fault !== '') return fault;
  }
  return '';
}

function compareElement(element: Element, mirror: MirrorNode, here: string): string {
  if (element.namespaceURI !== mirror.namespace) return `${here}: namespace ${mirror.namespace}`;
  const wanted = new Map([...element.attributes].map(({ name, value }) => [name, value]));
  if (/^(?:script|noscript|template)$/.test(element.localName)) wanted.clear();
  if (JSON.stringify([...wanted].sort()) !== JSON.stringify([...mirror.attributes].sort())) {
    return `${here}: attributes ${JSON.stringify([...mirror.attributes])}, page ${JSON.stringify([...wanted])}`;
  }
  const inner = element.localName === 'iframe' ? (element as HTMLIFrameElement).contentDocument : null;
  for (const [want, have] of [
    [element.shadowRoot, mirror.shadow],
    [inner, mirror.document],
  ] as const) {
    if ((want === null) !== (have === null)) return `${here}: shadow or document ${have === null ? 'missing' : 'too many'}`;
    if (want !== null && have !== null) {
      const fault = compare(want, have, here);
      if (fault !== '') return fault;
    }
  }
  return '';
}

function isMirrored(node: Node): boolean {
  return (node.nodeType === 1 && (node as Element).localName !== 'tandem-ui') || node.nodeType === 3 || node.nodeType === 10;
}

function nameOf(node: MirrorNode): string {
  return node.kind === 'doctype' ? node.name.toLowerCase() : node.name.toLowerCase();
}

/** What a batch says, for a failing test's message. */
export function explain(batch: Uint8Array): string {
  const calls: string[] = [];
  readPageBatch(
    batch,
    new Proxy({} as PageVisitor, {
      get:
        (_, name) =>
        (...args: unknown[]) =>
          void calls.push(`${String(name)}(${JSON.stringify(args).slice(1, -1)})`),
    }),
  );
  return calls.join(' ');
}

/** All pictures that came, in order. */
export function picturesOf({ assets }: Mirror): Picture[] {
  return [...assets.values()].flatMap(({ parts, isWhole }) => {
    const bytes = new Uint8Array(parts.flatMap((part) => [...part]));
    return isWhole && bytes[HASH_BYTES] === AssetCoding.PICTURE ? [decodePicture(bytes.subarray(HASH_BYTES + 1))] : [];
  });
}
