import type { AnimationInfo } from '../../src/protocol/animation.ts';
import { decodeAssetPart } from '../../src/protocol/asset.ts';
import { MalformedBytes } from '../../src/protocol/bytes.ts';
import { FrameType } from '../../src/protocol/frame-type.ts';
import { Flag } from '../../src/protocol/frame.ts';
import { Lz4Decoder } from '../../src/protocol/lz4.ts';
import { ALL_OTHERS, AnimationState, type DocumentInfo, NAMESPACE_URIS, type SheetText } from '../../src/protocol/page-op.ts';
import { unpackBatch } from '../../src/protocol/packed-batch.ts';
import { type PageVisitor, readPageBatch } from '../../src/protocol/page-reader.ts';

/*
 * The strictest viewer: keeps plain objects instead of a DOM, and fails on whatever a lenient one might forgive (unknown ids, ids given
 * twice, a node below itself, an insertion before a node that is elsewhere).
 */

export interface MirrorNode {
  readonly id: number;
  readonly kind: 'document' | 'doctype' | 'element' | 'shadow' | 'text';
  name: string;
  namespace: string;
  data: string;
  readonly attributes: Map<string, string>;
  children: MirrorNode[];
  parent: MirrorNode | null;
  shadow: MirrorNode | null;
  document: MirrorNode | null;
  /** State that is not in the tree, by the operation's name. */
  readonly state: Record<string, unknown>;
}

export interface MirrorAnimation {
  readonly info: AnimationInfo;
  state: readonly [state: AnimationState, positionMillis: number, rate: number] | undefined;
}

export interface Mirror {
  frame(type: FrameType, payload: Uint8Array, flags: number): void;
  readonly nodes: Map<number, MirrorNode>;
  readonly sheets: Map<number, string[]>;
  /** Parts of assets by number, and whether all have come. */
  readonly assets: Map<number, { readonly parts: Uint8Array[]; isWhole: boolean }>;
  root(): MirrorNode | null;
  /** What moves, by number. */
  readonly animations: Map<number, MirrorAnimation>;
  readonly state: Record<string, unknown>;
  /** Expanded bytes of every batch so far. */
  readonly batches: { readonly type: FrameType; readonly bytes: Uint8Array }[];
}

export function createMirror(): Mirror {
  const decoder = new Lz4Decoder();
  const nodes = new Map<number, MirrorNode>();
  const sheets = new Map<number, string[]>();
  const assets: Mirror['assets'] = new Map();
  const animations: Mirror['animations'] = new Map();
  const batches: { type: FrameType; bytes: Uint8Array }[] = [];
  const state: Record<string, unknown> = {};
  let parts: Uint8Array[] = [];
  let root: MirrorNode | null = null;

  const get = (id: number): MirrorNode => {
    const node = nodes.get(id);
    if (node === undefined) throw new MalformedBytes(`no node ${id}`);
    return node;
  };
  const rootOf = (node: MirrorNode): MirrorNode =>
    (node.kind === 'element' || node.kind === 'text') && node.parent ? rootOf(node.parent) : node;
  const drop = (node: MirrorNode): void => {
    nodes.delete(node.id);
    for (const [number, { info }] of animations) if (info.target === node.id) animations.delete(number);
    for (const child of [...node.children, node.shadow, node.document]) if (child) drop(child);
  };
  const detach = (node: MirrorNode): void => {
    const { parent } = node;
    if (parent === null) throw new Error(`node ${node.id} is not attached`);
    if (parent.shadow === node) parent.shadow = null;
    else if (parent.document === node) parent.document = null;
    else parent.children.splice(parent.children.indexOf(node), 1);
    node.parent = null;
  };
  const insert = (node: MirrorNode, parent: MirrorNode, nextId: number): void => {
    for (let p: MirrorNode | null = parent; p !== null; p = p.parent) if (p === node) throw new Error(`node ${node.id} below itself`);
    const at = nextId === 0 ? parent.children.length : parent.children.indexOf(get(nextId));
    if (at < 0) throw new Error(`next sibling ${nextId} is not a child of ${parent.id}`);
    parent.children.splice(at, 0, node);
    node.parent = parent;
  };
  const create = (id: number, kind: MirrorNode['kind'], name: string): MirrorNode => {
    if (nodes.has(id)) throw new Error(`id ${id} was given twice`);
    const node: MirrorNode = {
      id,
      kind,
      name,
      namespace: '',
      data: '',
      attributes: new Map(),
      children: [],
      parent: null,
      shadow: null,
      document: null,
      state: {},
    };
    nodes.set(id, node);
    return node;
  };

  let open: MirrorNode[] = [];
  let target: MirrorNode | null = null;
  let targetNext = 0;
  const attach = (node: MirrorNode): void => {
    const parent = open[open.length - 1] ?? target;
    if (parent === null) {
      if (root !== null) throw new Error('a second root');
      root = node;
    } else if (node.kind === 'shadow' || node.kind === 'document') {
      if (node.kind === 'document' && parent.document !== null) drop(parent.document);
      if (node.kind === 'shadow' && parent.shadow !== null) throw new Error(`a second shadow root of ${parent.id}`);
      parent[node.kind] = node;
      node.parent = parent;
    } else {
      insert(node, parent, open.length === 0 ? targetNext : 0);
    }
  };
  const textOf = (css: SheetText): string => (typeof css === 'number' ? `asset ${css}` : css);
  const rulesOf = (css: SheetText): string[] => (css === '' ? [] : textOf(css).split('\n'));
  const describe = (node: MirrorNode, document: DocumentInfo): void => void Object.assign(node.state, document);

  const visitor: PageVisitor = {
    reset(page, dpr, features) {
      nodes.clear();
      sheets.clear();
      assets.clear();
      animations.clear();
      root = null;
      for (const key of Object.keys(state)) Reflect.deleteProperty(state, key);
      Object.assign(state, page, { dpr, features });
    },
    nodes(parentId, nextId) {
      target = parentId === 0 ? null : get(parentId);
      targetNext = nextId;
      open = [];
    },
    openDocument(id, document) {
      const node = create(id, 'document', '#document');
      describe(node, document);
      attach(node);
      open.push(node);
    },
    doctype(id, name) {
      attach(create(id, 'doctype', name));
    },
    openShadow(id) {
      const node = create(id, 'shadow', '#shadow');
      attach(node);
      open.push(node);
    },
    text(id, data) {
      const node = create(id, 'text', '#text');
      node.data = data;
      attach(node);
    },
    openElement(id, namespace, tag, names, values) {
      const node = create(id, 'element', tag);
      node.namespace = NAMESPACE_URIS[namespace];
      names.forEach((name, i) => node.attributes.set(name, values[i] as string));
      attach(node);
      open.push(node);
    },
    css(_, css) {
      const owner = open[open.length - 1] as MirrorNode;
      owner.state['css'] = textOf(css);
      sheets.set(owner.id, [textOf(css)]);
    },
    close: () => void open.pop(),
    endNodes() {
      if (open.length > 0) throw new Error('a forest that is not closed');
    },
    remove(ids) {
      for (const id of ids) {
        const node = get(id);
        detach(node);
        drop(node);
      }
    },
    move(id, parentId, nextId) {
      const node = get(id);
      detach(node);
      insert(node, get(parentId), nextId);
    },
    setText: (id, data) => void (get(id).data = data),
    attribute(id, name, value) {
      if (value === null) get(id).attributes.delete(name);
      else get(id).attributes.set(name, value);
    },
    value: (id, value) => void (get(id).state['value'] = value),
    checked: (id, bits) => void (get(id).state['checked'] = bits),
    selected: (id, indices) => void (get(id).state['selected'] = [...indices]),
    scroll: (id, left, top) => void (get(id).state['scroll'] = [left, top]),
    viewport: (width, height, dpr) => void Object.assign(state, { width, height, dpr }),
    sheet(id, base, css) {
      get(id).state['base'] = base;
      sheets.set(get(id).id, rulesOf(css));
    },
    sheetInsert: (id, index, rule) => void (sheets.get(id) ?? []).splice(index, 0, rule),
    sheetDelete: (id, index) => void (sheets.get(id) ?? []).splice(index, 1),
    sheetDisabled: (id, disabled) => void (get(id).state['disabled'] = disabled),
    adoptedSheet: (id, _, css) => void sheets.set(id, rulesOf(css)),
    adopt(id, ids) {
      for (const sheet of ids) if (!sheets.has(sheet)) throw new Error(`no sheet ${sheet}`);
      get(id).state['adopted'] = [...ids];
    },
    focus: (id) => void (state['focus'] = id === 0 ? 0 : get(id).id),
    modal: (id, modal) => void (get(id).state['modal'] = modal),
    playback: (id, ...playback) => void (get(id).state['playback'] = playback),
    hold(id, kind, width, height) {
      if (kind === 0 && get(id).state['hold'] === undefined) throw new Error(`node ${id} was not held`);
      get(id).state['hold'] = kind === 0 ? undefined : [kind, width, height];
    },
    animation: (number, info) => void animations.set(number, { info: { ...info, target: get(info.target).id }, state: undefined }),
    animationState(number, told, position, rate) {
      if (number === ALL_OTHERS) {
        state['movesAll'] = true;
        return;
      }
      const animation = animations.get(number);
      if (animation === undefined) throw new Error(`no animation ${number}`);
      if (told === AnimationState.GONE) animations.delete(number);
      else animation.state = [told, position, rate];
    },
    url: (url) => void (state['url'] = url),
    selection(ranges) {
      for (const { start, end } of ranges) if (rootOf(get(start)) !== rootOf(get(end))) throw new Error('a range over two trees');
      state['selection'] = ranges;
    },
    state: (kind, ids) => void (state[`state ${kind}`] = ids.map((id) => get(id).id)),
    visible: (...part) => void (state['visible'] = part),
    frame() {
      throw new Error('no test of the capture alone has frames of other origins');
    },
    framePart() {
      throw new Error('no test of the capture alone has frames of other origins');
    },
  };

  return {
    nodes,
    sheets,
    assets,
    animations,
    state,
    batches,
    root: () => root,
    frame(type, payload, flags) {
      if (type === FrameType.ASSET) {
        const { number, isLast, bytes } = decodeAssetPart(payload);
        const asset = assets.get(number) ?? { parts: [], isWhole: false };
        if (asset.isWhole) throw new Error(`asset ${number} was sent twice`);
        asset.parts.push(bytes.slice());
        asset.isWhole = isLast;
        assets.set(number, asset);
        return;
      }
      const bytes = flags & Flag.COMPRESSED ? decoder.expand(payload, (flags & Flag.LINKED) !== 0) : payload.slice();
      // One that was given up is followed by a keyframe, which begins with a block that stands alone.
      if (type === FrameType.KEYFRAME && !(flags & Flag.LINKED)) parts = [];
      parts.push(bytes);
      if (flags & Flag.MORE) return;
      const whole = unpackBatch(join(parts));
      parts = [];
      batches.push({ type, bytes: whole });
      readPageBatch(whole, visitor);
    },
  };
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
