import { type AnimationInfo, COMPOSITES, DIRECTIONS, FILLS, writeAnimation, writeAnimationState } from '../../src/protocol/animation.ts';
import { type AnimationState, type DocumentMode, NAMESPACE_URIS, type Namespace } from '../../src/protocol/page-op.ts';
import { PageWriter } from '../../src/protocol/page-writer.ts';
import { createAssetCache, createResourceCache } from '../../src/delivery/asset-cache.ts';
import { AssetCoding, encodeAsset, encodeAssetPart, NO_HASH } from '../../src/protocol/asset.ts';
import { MEDIA_FEATURES } from '../../src/protocol/media-features.ts';
import { encodePicture } from '../../src/protocol/picture.ts';
import { encodeResource, type Resource, ResourceState } from '../../src/protocol/resource.ts';
import { createMirror, type Mirror, type MirrorOptions } from '../../src/replay/mirror.ts';

/*
 * What the tests call inside Chromium. Pages are written from HTML text as it stands, with everything that a hostile tag
 * could send: scripts with their code, every attribute, every element.
 */

export interface TestPage {
  readonly html: string;
  readonly url?: string;
  readonly base?: string;
  readonly mode?: DocumentMode;
  readonly width?: number;
  readonly height?: number;
  /** What the consumer's styles are told; else what those of the test are. */
  readonly features?: number;
}

const OWN_FEATURES = MEDIA_FEATURES.reduce((bits, feature, i) => bits | (matchMedia(`(${feature})`).matches ? 1 << i : 0), 0);

export interface Sent {
  readonly batch: Uint8Array;
  /** Ids by the element's own id attribute; `document`, `html`, `head` and `body` too. */
  readonly ids: Readonly<Record<string, number>>;
  readonly lastId: number;
}

export interface Opened {
  readonly mirror: Mirror;
  readonly broken: string[];
}

function keyframe(page: TestPage, more?: (writer: PageWriter, ids: Readonly<Record<string, number>>) => void): Sent {
  const { url = 'http://shop.test/dir/page', mode = 1, width = 800, height = 600 } = page;
  const info = { url, baseUrl: page.base ?? url, mode, width, height };
  const parsed = new DOMParser().parseFromString(page.html, 'text/html');
  const writer = new PageWriter();
  const ids: Record<string, number> = {};
  writer.reset(info, 1, page.features ?? OWN_FEATURES);
  writer.nodes(0, 0);
  ids['document'] = 1;
  writer.openDocument(1, info);
  if (parsed.doctype) writer.doctype(2, parsed.doctype.name, parsed.doctype.publicId, parsed.doctype.systemId);
  const next = writeNode(writer, parsed.documentElement, 3, ids);
  writer.close();
  writer.close();
  more?.(writer, ids);
  return { batch: writer.finish(), ids, lastId: next - 1 };
}

/** Nodes for an operation; the forest is the caller's to begin and end. Returns the next free id. */
function fragment(writer: PageWriter, html: string, firstId: number, ids: Record<string, number> = {}): number {
  const parsed = new DOMParser().parseFromString(`<body>${html}`, 'text/html');
  let next = firstId;
  for (const child of Array.from(parsed.body.childNodes)) next = writeNode(writer, child, next, ids);
  return next;
}

function writeNode(writer: PageWriter, node: Node, id: number, ids: Record<string, number>): number {
  if (node.nodeType === Node.TEXT_NODE) {
    writer.text(id, (node as Text).data);
    return id + 1;
  }
  if (node.nodeType !== Node.ELEMENT_NODE) return id;
  const element = node as Element;
  const attributes = Array.from(element.attributes).filter(({ name }) => name !== 'shadowrootmode');
  const namespace = Math.max(0, NAMESPACE_URIS.indexOf(element.namespaceURI ?? '')) as Namespace;
  const names = attributes.map(({ name }) => name);
  writer.openElement(
    id,
    namespace,
    element.localName,
    names,
    attributes.map(({ value }) => value),
    names.length,
  );
  ids[element.id || element.localName] ??= id;
  let next = id + 1;
  const template = Array.from(element.children).find((child) => child.hasAttribute('shadowrootmode')) as HTMLTemplateElement | undefined;
  if (template) {
    ids[`${element.id || element.localName}-shadow`] = next;
    writer.openShadow(next++);
    for (const child of Array.from(template.content.childNodes)) next = writeNode(writer, child, next, ids);
    writer.close();
  }
  const content = element.localName === 'template' ? (element as HTMLTemplateElement).content : element;
  for (const child of Array.from(content.childNodes)) if (child !== template) next = writeNode(writer, child, next, ids);
  writer.close();
  return next;
}

function change(write: (writer: PageWriter) => void): Uint8Array {
  const writer = new PageWriter();
  write(writer);
  return writer.finish();
}

/** A mirror in a fresh host; earlier ones are taken away. */
function open(options: Partial<MirrorOptions> = {}): Opened {
  document.body.replaceChildren();
  const host = document.createElement('div');
  host.style.cssText = 'position:absolute;left:0;top:0;width:100vw;height:100vh';
  document.body.append(host);
  const broken: string[] = [];
  const mirror = createMirror({ host, resourceOrigins: [], onBroken: (reason) => broken.push(reason), ...options });
  return { mirror, broken };
}

/** A mirror that shows a page. */
function show(page: TestPage | string, options: Partial<MirrorOptions> = {}): Opened & Sent & { readonly document: Document } {
  const opened = open(options);
  const sent = keyframe(typeof page === 'string' ? { html: page } : page);
  opened.mirror.apply(sent.batch);
  const { document: shown } = opened.mirror;
  if (!shown) throw new Error(opened.broken.join() || 'no document');
  return { ...opened, ...sent, document: shown };
}

export interface Answer extends Partial<Omit<Resource, 'content'>> {
  readonly address: string;
  /** In base64. */
  readonly content?: string;
  /** In hex; else that of the content. */
  readonly hash?: string;
}

let answers = 0;

/** What a tag sends for an address: content where there is some, else that it has none. */
async function answer(mirror: Mirror, { address, content = '', hash, ...more }: Answer): Promise<void> {
  const bytes = Uint8Array.from(atob(content), (unit) => unit.charCodeAt(0));
  const state = bytes.length > 0 ? ResourceState.CONTENT : ResourceState.NONE;
  const hashed = bytes.length > 0 ? new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)) : NO_HASH;
  const told = hash === undefined ? hashed : Uint8Array.from(hash.match(/../g) ?? [], (pair) => parseInt(pair, 16));
  const resource = encodeResource({ state, address, width: 0, height: 0, content: bytes, ...more });
  const asset = encodeAsset(told, AssetCoding.RESOURCE, resource);
  mirror.asset(encodeAssetPart({ number: 1_000_000 + ++answers, isLast: true, bytes: asset }));
}

/** An animation in few words. */
export interface TestAnimation extends Omit<AnimationInfo, 'movement' | 'target' | 'pseudo'> {
  readonly number: number;
  /** The id attribute of its element. */
  readonly on: string;
  readonly pseudo?: string;
  readonly movement:
    | {
        readonly duration: number;
        readonly delay?: number;
        readonly endDelay?: number;
        readonly iterations?: number;
        readonly iterationStart?: number;
        readonly easing?: string;
        readonly direction?: (typeof DIRECTIONS)[number];
        readonly fill?: (typeof FILLS)[number];
        readonly composite?: (typeof COMPOSITES)[number];
        readonly keyframes: readonly {
          readonly offset: number;
          readonly easing?: string;
          readonly composite?: number;
          readonly properties: readonly (readonly [string, string])[];
        }[];
      }
    | undefined;
}

function animate(writer: PageWriter, animation: TestAnimation & { readonly target: number }): void {
  const { number, target, kind, name, pseudo = '', movement } = animation;
  writeAnimation(writer, number, {
    ...{ target, kind, name, pseudo },
    movement: movement && {
      ...{ delay: 0, endDelay: 0, iterations: 1, iterationStart: 0, easing: 'linear', ...movement },
      direction: DIRECTIONS.indexOf(movement.direction ?? 'normal'),
      fill: FILLS.indexOf(movement.fill ?? 'none'),
      composite: COMPOSITES.indexOf(movement.composite ?? 'replace'),
      keyframes: movement.keyframes.map((frame) => ({ easing: 'linear', composite: 3, ...frame })),
    },
  });
}

function steer(writer: PageWriter, number: number, state: number, positionMillis: number, rate: number): void {
  writeAnimationState(writer, number, state as AnimationState, positionMillis, rate);
}

const api = {
  animate,
  steer,
  PageWriter,
  createMirror,
  createAssetCache,
  createResourceCache,
  encodeAssetPart,
  encodePicture,
  keyframe,
  fragment,
  change,
  open,
  show,
  answer,
};

declare global {
  var replay: typeof api;
}

globalThis.replay = api;
