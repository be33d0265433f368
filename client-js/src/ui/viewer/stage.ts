import type { Point, Size } from '../../replay/mirror.ts';
import { VIEWER_STYLE } from './style.ts';
import { WORDS } from './wording.ts';

export type Zoom = 'fit' | 'actual';

/**
 * The viewer's own document parts, from back to front: the mirror, what belongs to it and cannot stand in it, the marks, the overlay that takes all input, the editors,
 * the veil. Points are CSS pixels of the mirror; the mirror, the editors and nothing else are scaled.
 */
export interface Stage {
  /** The mirror's frame goes here. */
  readonly page: HTMLElement;
  /** What belongs to the page and cannot stand in its mirror. */
  readonly beside: HTMLElement;
  readonly marks: HTMLElement;
  readonly overlay: HTMLElement;
  readonly editors: HTMLElement;
  readonly scale: number;
  resize(size: Size): void;
  zoom(zoom: Zoom): void;
  /** Where in the mirror an event on the overlay happened. */
  pointAt(event: MouseEvent): Point;
  /** Covers the page with a sentence; null uncovers it. */
  veil(text: string | null, opaque?: boolean): void;
  /** Says something for a few seconds. */
  notice(text: string): void;
  dispose(): void;
}

const NOTICE_MILLIS = 5_000;

export interface StageEvents {
  zoomed(zoom: Zoom): void;
  rescaled(): void;
}

export function createStage(host: HTMLElement, events: StageEvents): Stage {
  const root = host.attachShadow({ mode: 'open' });
  const page = part('div', 'page');
  const beside = part('div', 'beside');
  const marks = part('div', 'marks');
  const overlay = part('div', 'overlay');
  const editors = part('div', 'editors');
  const canvas = part('div', 'canvas', page, beside, marks, overlay, editors);
  const scroller = part('div', 'scroller', canvas);
  const veilBox = part('div', 'veil');
  const noticeBox = part('p', 'notice');
  let size: Size = { width: 0, height: 0 };
  let zoom: Zoom = 'fit';
  let scale = 1;
  let noticeTimer: ReturnType<typeof setTimeout> | undefined;

  const style = document.createElement('style');
  style.textContent = VIEWER_STYLE;
  overlay.tabIndex = 0;
  overlay.setAttribute('role', 'application');
  overlay.setAttribute('aria-label', WORDS.surface);
  veilBox.hidden = noticeBox.hidden = true;
  veilBox.dataset['testid'] = 'veil';
  noticeBox.dataset['testid'] = 'viewer-notice';
  veilBox.setAttribute('role', 'status');
  noticeBox.setAttribute('role', 'status');
  root.append(style, scroller, veilBox, noticeBox, createTools());

  const observer = new ResizeObserver(fit);
  observer.observe(host);

  function createTools(): HTMLElement {
    const fitButton = button('zoom', WORDS.actual, () => events.zoomed(zoom === 'fit' ? 'actual' : 'fit'));
    const full = button('viewer-full-screen', WORDS.fullScreen, () => void toggleFullScreen(host));
    return part('div', 'tools', fitButton, full);
  }

  function fit(): void {
    const room = host.getBoundingClientRect();
    const wanted = zoom === 'actual' || size.width === 0 ? 1 : Math.min(room.width / size.width, room.height / size.height, 1);
    scale = wanted > 0 ? wanted : 1;
    for (const layer of [page, editors]) {
      layer.style.width = `${size.width}px`;
      layer.style.height = `${size.height}px`;
      layer.style.transform = `scale(${scale})`;
    }
    canvas.style.width = `${size.width * scale}px`;
    canvas.style.height = `${size.height * scale}px`;
    events.rescaled();
  }

  return {
    page,
    beside,
    marks,
    overlay,
    editors,
    get scale() {
      return scale;
    },
    resize(next) {
      size = next;
      fit();
    },
    zoom(next) {
      zoom = next;
      host.setAttribute('zoom', next);
      const toggle = root.querySelector('[data-testid=zoom]');
      if (toggle) toggle.textContent = next === 'fit' ? WORDS.actual : WORDS.fit;
      fit();
    },
    pointAt(event) {
      const box = overlay.getBoundingClientRect();
      return { x: (event.clientX - box.left) / scale, y: (event.clientY - box.top) / scale };
    },
    veil(text, opaque = false) {
      veilBox.hidden = text === null;
      veilBox.textContent = text ?? '';
      veilBox.classList.toggle('opaque', opaque);
    },
    notice(text) {
      noticeBox.textContent = text;
      noticeBox.hidden = false;
      clearTimeout(noticeTimer);
      noticeTimer = setTimeout(() => (noticeBox.hidden = true), NOTICE_MILLIS);
    },
    dispose() {
      observer.disconnect();
      clearTimeout(noticeTimer);
    },
  };
}

async function toggleFullScreen(host: HTMLElement): Promise<void> {
  if (document.fullscreenElement) await document.exitFullscreen();
  else await host.requestFullscreen();
}

function part(tag: string, name: string, ...children: readonly HTMLElement[]): HTMLElement {
  const element = document.createElement(tag);
  element.className = name;
  element.append(...children);
  return element;
}

function button(testId: string, text: string, act: () => void): HTMLButtonElement {
  const element = document.createElement('button');
  element.type = 'button';
  element.dataset['testid'] = testId;
  element.textContent = text;
  element.addEventListener('click', act);
  return element;
}
