import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleLab, launch, openPage } from './browser.ts';

/** Sequences of random edits; each is followed by a batch and a comparison of the whole page. */
const SEQUENCES = 1_200;
const EDITS_PER_SEQUENCE = 12;

const HTML = `<!doctype html><html><head><title>edits</title><style>p{color:red}</style></head><body>
<div id="root"><p>one <b>two</b></p><ul><li>1</li><li>2</li><li>3</li></ul><!-- comment --><svg><g><path d="M0 0"/></g></svg></div>
<section><template><i>inert</i></template><my-box>light</my-box></section></body></html>`;

describe('random edits of a page', () => {
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    browser = await launch();
    page = await openPage(browser, await bundleLab(), { '/': HTML });
  });
  afterAll(() => browser.close());

  it.each([20261122, 7, 99])(
    'should leave the mirror equal after every batch (seed %i)',
    async (seed) => {
      const result = await page.evaluate(runEdits, { seed, sequences: SEQUENCES / 3, edits: EDITS_PER_SEQUENCE });
      expect(result).toEqual({ failure: '', leaked: 0 });
    },
    120_000,
  );

  it.each([11, 20261123])(
    'should leave the mirror equal when edits meet what is still to be sent (seed %i)',
    async (seed) => {
      const result = await page.evaluate(runEdits, { seed, sequences: 60, edits: EDITS_PER_SEQUENCE, isTall: true });
      expect(result).toEqual({ failure: '', leaked: 0 });
    },
    120_000,
  );
});

/** In the page. */
async function runEdits({
  seed,
  sequences,
  edits,
  isTall = false,
}: {
  seed: number;
  sequences: number;
  edits: number;
  /** Every element is so high that few of them show, and each sequence begins with a keyframe whose rest is on its way meanwhile. */
  isTall?: boolean;
}): Promise<{ failure: string; leaked: number }> {
  let state = seed;
  const random = (below: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const lab = window.tandemLab.start();
  const tall = document.createElement('style');
  tall.textContent = 'body * { display: block; min-height: 150px }';
  if (isTall) document.head.append(tall);
  lab.capture.keyframe();
  lab.capture.flush();
  await lab.whole();
  /** Detached trees that may come back, in the same task or a later one. */
  const shelf: Node[] = [];
  const roots = (): Node[] => {
    const found: Node[] = [document.body];
    const visit = (node: Node): void => {
      found.push(node);
      for (const child of node.childNodes) visit(child);
      if (node instanceof Element && node.shadowRoot) visit(node.shadowRoot);
      if (node instanceof HTMLIFrameElement && node.contentDocument) visit(node.contentDocument.body);
    };
    for (const child of document.body.childNodes) visit(child);
    return found;
  };
  const pick = (): Node => {
    const all = roots();
    return all[random(all.length)] as Node;
  };
  const make = (): Node => {
    switch (random(7)) {
      case 0:
        return document.createTextNode(`text ${random(1000)}`);
      case 1:
        return document.createComment('nothing');
      case 2: {
        const box = document.createElement('div');
        box.append('a', document.createElement('em'), document.createElement('i'), 'b');
        return box;
      }
      case 3: {
        const host = document.createElement('x-host');
        if (random(2) === 0) host.attachShadow({ mode: 'open' }).append('in shadow', document.createElement('slot'));
        return host;
      }
      case 4:
        return random(12) === 0 ? document.createElement('iframe') : document.createElement('u');
      case 5:
        return document.createElement(random(4) === 0 ? 'template' : 'span');
      default:
        return document.createElementNS('http://www.w3.org/2000/svg', 'rect');
    }
  };
  const put = (node: Node, parent: Node): void => {
    if (parent.nodeType !== 1 && parent.nodeType !== 11) return;
    if (node.contains(parent)) return;
    const children = parent.childNodes;
    try {
      parent.insertBefore(node, children[random(children.length + 1)] ?? null);
    } catch (error) {
      // A host below its own shadow root: `contains` does not look through.
      if ((error as DOMException).name !== 'HierarchyRequestError') throw error;
    }
  };
  /** Wraps an element, or lets parent and child change places. */
  const turnAround = (node: Element, parent: Node): void => {
    const inner = node.firstElementChild;
    if (random(2) === 0) {
      const wrapper = document.createElement('wrap-it');
      parent.replaceChild(wrapper, node);
      wrapper.append(node);
    } else if (inner !== null) {
      parent.replaceChild(inner, node);
      put(node, inner);
    }
  };
  const edit = (): void => {
    const node = pick();
    const isFixed = node === document.body || node.parentNode === null || node.nodeName === 'BODY';
    switch (random(13)) {
      case 0:
      case 1:
        return put(make(), node);
      case 2:
      case 3:
        if (!isFixed) (node as ChildNode).remove();
        if (!isFixed) shelf.push(node);
        return;
      case 4:
      case 5:
      case 6:
        if (!isFixed && !node.contains(pick())) put(node, pick());
        return;
      case 7:
        if (node instanceof Element) node.setAttribute(`a${random(3)}`, `v${random(9)}`);
        return;
      case 8:
        if (node instanceof Element) node.removeAttribute(`a${random(3)}`);
        if (node instanceof Text) node.data = `changed ${random(99)}`;
        return;
      case 9: {
        const back = shelf.splice(random(shelf.length + 1), 1)[0];
        if (back !== undefined) put(back, pick());
        return;
      }
      case 10:
        if (!isFixed && node instanceof Element) turnAround(node, node.parentNode);
        return;
      case 11: {
        const inShelf = shelf[random(shelf.length)];
        if (inShelf?.hasChildNodes() && random(2) === 0) inShelf.firstChild?.remove();
        else if (inShelf instanceof Element) put(make(), inShelf);
        return;
      }
      default:
        if (node instanceof HTMLElement && /-/.test(node.localName) && node.shadowRoot === null)
          node.attachShadow({ mode: 'open' }).append('late');
        else if (node instanceof Element && node.children.length > 1) node.append(...[...node.childNodes].reverse());
    }
  };
  const countMirrored = (): number => {
    let count = 0;
    const visit = (node: Node): void => {
      if (lab.capture.idOf(node) !== 0) count++;
      const element = node as Element;
      if (element.shadowRoot) visit(element.shadowRoot);
      if (element.localName === 'iframe') visit((element as HTMLIFrameElement).contentDocument as Document);
      for (const child of node.childNodes) visit(child);
    };
    visit(document);
    return count;
  };
  const nextTask = (): Promise<void> =>
    new Promise((resolve) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        resolve();
      };
      port2.postMessage(0);
    });
  const editSome = async (): Promise<void> => {
    for (let i = 0; i < edits; i++) {
      edit();
      // Observers run between some of the edits: what is detached then may change unseen.
      if (random(4) === 0) await nextTask();
    }
  };
  let failure = '';
  for (let sequence = 0; sequence < sequences && failure === ''; sequence++) {
    try {
      if (isTall) {
        window.scrollTo(0, random(4_000));
        lab.capture.keyframe();
        lab.hasRoomFor = random(4);
      }
      await editSome();
      if (random(40) === 0) lab.capture.keyframe();
      lab.capture.flush();
      lab.hasRoomFor = Infinity;
      lab.capture.goOn();
      failure = await lab.whole();
    } catch (error) {
      failure = String((error as Error).stack);
    }
    if (failure !== '') failure = `sequence ${sequence}: ${failure}`;
    if (shelf.length > 20) shelf.splice(0, 10);
    if (document.querySelectorAll('*').length > 250) document.body.replaceChildren('all new', make(), make());
  }
  lab.capture.flush();
  const leaked = lab.mirror.nodes.size - countMirrored();
  lab.capture.stop();
  return { failure, leaked };
}
