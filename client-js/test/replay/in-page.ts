import { type DocumentMode, NAMESPACE_URIS, type Namespace } from '../../src/protocol/page-op.ts';
import { PageWriter } from '../../src/protocol/page-writer.ts';
import { createAssetCache } from '../../src/delivery/asset-cache.ts';
import { encodeAssetPart } from '../../src/protocol/asset.ts';
import { encodePicture } from '../../src/protocol/picture.ts';
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
}

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
  writer.reset(info, 1);
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

const api = { PageWriter, createMirror, createAssetCache, encodeAssetPart, encodePicture, keyframe, fragment, change, open, show };

declare global {
  var replay: typeof api;
}

globalThis.replay = api;
