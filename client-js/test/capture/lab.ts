/*
 * Runs inside the page under test: a capture, a mirror that reads what it sends, and a comparison of the two. Bundled by browser.ts.
 */
import type { Capture } from '../../src/capture/capture-options.ts';
import { startCapture } from '../../src/capture/capture.ts';
import type { CaptureOptions } from '../../src/capture/capture-options.ts';
import { AssetCoding, HASH_BYTES, toHex } from '../../src/protocol/asset.ts';
import type { SessionInfo } from '../../src/protocol/control.ts';
import { FrameType } from '../../src/protocol/frame-type.ts';
import { decodePicture, type Picture } from '../../src/protocol/picture.ts';
import { decodeResource, encodeResourceRequest, type Resource } from '../../src/protocol/resource.ts';
import { serveResources } from '../../src/capture/resources/service.ts';
import { createMedia } from '../../src/capture/media/media.ts';
import { createMotion } from '../../src/capture/motion/motion.ts';
import { type PageVisitor, readPageBatch } from '../../src/protocol/page-reader.ts';
import { followDocuments } from '../../src/control/tag/documents.ts';
import { createPageState } from '../../src/control/tag/page-state.ts';
import type { TextRange } from '../../src/protocol/text-range.ts';
import type { ShadowOf } from '../../src/inner-roots.ts';
import { createMirror, type Mirror, type MirrorNode } from './mirror.ts';

export { bearWitness } from '../../src/capture/witness.ts';

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
      closed: new WeakMap(),
      loadMedia: (context) => Promise.resolve(createMedia(context)),
      loadFrames: () => Promise.reject(new Error('no test has frames of other origins')),
      featuresChanged: () => lab.capture.keyframe(),
      ...options,
    }),
    difference() {
      const root = mirror.root();
      return root === null ? 'no mirror' : compare(document, root, '', lab.capture.shadowOf);
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

/** Has the capture tell of what the consumer selects, opens and looks at. @returns what ends it */
export function tellState({ capture }: Lab): () => void {
  const stop = new AbortController();
  const documents = followDocuments(capture.shadowOf, stop.signal);
  capture.include((context) => createPageState(documents, context, stop.signal));
  return () => {
    stop.abort();
  };
}

/** Has the capture tell of what moves. @returns what ends it */
export function tellMotion({ capture }: Lab): () => void {
  const stop = new AbortController();
  capture.include((context) => createMotion(context, stop.signal));
  return () => {
    stop.abort();
  };
}

/** What the mirror has between the ends of each range that it was told to be selected. */
export function selectedIn({ mirror }: Lab): string[] {
  const ranges = (mirror.state['selection'] ?? []) as readonly TextRange[];
  return ranges.map(({ start, startOffset, end, endOffset }) => {
    const first = mirror.nodes.get(start) as MirrorNode;
    if (first.kind === 'element')
      return ((first.state['value'] as string | undefined) ?? first.attributes.get('value') ?? '').slice(startOffset, endOffset);
    let root = first;
    while (root.parent && root.kind !== 'shadow' && root.kind !== 'document') root = root.parent;
    const texts = textsOf(root);
    const part = texts.slice(texts.indexOf(first), texts.findIndex(({ id }) => id === end) + 1);
    return part.map(({ id, data }) => data.slice(id === start ? startOffset : 0, id === end ? endOffset : data.length)).join('');
  });
}

const textsOf = (node: MirrorNode): MirrorNode[] => (node.kind === 'text' ? [node] : node.children.flatMap(textsOf));

function compare(node: Node, mirror: MirrorNode, path: string, shadowOf: ShadowOf): string {
  const here = `${path}/${node.nodeName.toLowerCase()}#${mirror.id}`;
  if (node.nodeType === 3)
    return mirror.data === (node as Text).data ? '' : `${here}: text "${mirror.data}", page "${(node as Text).data}"`;
  if (node.nodeType === 10) return '';
  if (node.nodeType === 1) {
    const fault = compareElement(node as Element, mirror, here, shadowOf);
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
    const fault = compare(want, have, here, shadowOf);
    if (fault !== '') return fault;
  }
  return '';
}

function compareElement(element: Element, mirror: MirrorNode, here: string, shadowOf: ShadowOf): string {
  if (element.namespaceURI !== mirror.namespace) return `${here}: namespace ${mirror.namespace}`;
  const wanted = new Map([...element.attributes].map(({ name, value }) => [name, value]));
  if (/^(?:script|noscript|template)$/.test(element.localName)) wanted.clear();
  if (JSON.stringify([...wanted].sort()) !== JSON.stringify([...mirror.attributes].sort())) {
    return `${here}: attributes ${JSON.stringify([...mirror.attributes])}, page ${JSON.stringify([...wanted])}`;
  }
  const inner = element.localName === 'iframe' ? (element as HTMLIFrameElement).contentDocument : null;
  for (const [want, have] of [
    [shadowOf(element) ?? null, mirror.shadow],
    [inner, mirror.document],
  ] as const) {
    if ((want === null) !== (have === null)) return `${here}: shadow or document ${have === null ? 'missing' : 'too many'}`;
    if (want !== null && have !== null) {
      const fault = compare(want, have, here, shadowOf);
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

const AGENT = 2;

export interface Shop {
  readonly session: SessionInfo;
  /** Asks as an agent does. */
  ask(addresses: readonly string[], changes?: { readonly isInFull?: boolean; readonly sender?: number; readonly epoch?: number }): void;
  /** @param payload of a RESOURCE_REQUEST */
  say(payload: Uint8Array): void;
  quality: 'good' | 'fair' | 'poor';
  stop(): void;
}

/** What hands out resources of the page under test, in its first document. */
export function handOut(lab: Lab, changes: Partial<SessionInfo> = {}): Shop {
  const participants = [
    { number: 1, role: 'consumer', name: 'Consumer', present: true },
    { number: AGENT, role: 'agent', name: 'Ada', present: true },
  ] as const;
  const session: SessionInfo = {
    ...{ id: 's', state: 'active', mode: 'view-only', reason: null, participants, resources: 'images-and-fonts' },
    ...changes,
  };
  const service = serveResources({ ...lab.capture.beside, session: () => session, epoch: () => 1, quality: () => shop.quality });
  const say = (payload: Uint8Array, sender = AGENT, epoch = 1): void =>
    service.asked({ type: FrameType.RESOURCE_REQUEST, flags: 0, sender, epoch, sequence: 0, payload });
  const shop: Shop = {
    session,
    quality: 'good',
    say,
    ask: (addresses, { isInFull = false, sender, epoch } = {}) => say(encodeResourceRequest({ isInFull, addresses }), sender, epoch),
    stop: () => service.stop(),
  };
  return shop;
}

export interface SentResource extends Omit<Resource, 'content'> {
  readonly hash: string;
  /** In base64. */
  readonly content: string;
}

/** All resources that came, in order. */
export function resourcesOf({ assets }: Mirror): SentResource[] {
  return [...assets.values()].filter(isResource).map(({ parts }) => {
    const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
    parts.reduce((at, part) => (bytes.set(part, at), at + part.length), 0);
    const { content, ...resource } = decodeResource(bytes.subarray(HASH_BYTES + 1));
    const text = Array.from(content, (byte) => String.fromCharCode(byte)).join('');
    return { ...resource, hash: toHex(bytes.subarray(0, HASH_BYTES)), content: btoa(text) };
  });
}

/** How many came. */
export const countResources = ({ assets }: Mirror): number => [...assets.values()].filter(isResource).length;

const isResource = ({ parts, isWhole }: { readonly parts: readonly Uint8Array[]; readonly isWhole: boolean }): boolean =>
  isWhole && parts[0]?.[HASH_BYTES] === AssetCoding.RESOURCE;

/** All pictures that came, in order. */
export function picturesOf({ assets }: Mirror): Picture[] {
  return [...assets.values()].flatMap(({ parts, isWhole }) => {
    const bytes = new Uint8Array(parts.flatMap((part) => [...part]));
    return isWhole && bytes[HASH_BYTES] === AssetCoding.PICTURE ? [decodePicture(bytes.subarray(HASH_BYTES + 1))] : [];
  });
}
