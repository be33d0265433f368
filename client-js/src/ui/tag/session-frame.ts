import type { Mode } from '../../protocol/control.ts';
import { element } from './element.ts';
import type { Host } from './host.ts';

/** What the consumer is told about a running session. */
export interface FrameFacts {
  readonly agent: string;
  readonly mode: Mode;
  readonly paused: boolean;
  readonly offline: boolean;
}

export interface SessionFrame {
  /** Lies over the page, takes no pointer; cursors and marks are drawn into it. */
  readonly layer: HTMLElement;
  /** The X. */
  readonly exit: HTMLElement;
  show(facts: FrameFacts): void;
  remove(): void;
}

/** The frame around the page with the X that ends the session. */
export function createSessionFrame(host: Host, end: () => void): SessionFrame {
  const label = element('span');
  const mode = element('b', { 'data-testid': 'mode' });
  const exit = element('button', { 'data-testid': 'session-exit', title: 'End the session' }, '✕');
  const bar = element('div', { class: 'bar', role: 'status' }, label, mode, exit);
  const layer = element('div', { class: 'frame', 'data-testid': 'session-frame', popover: 'manual' }, bar);
  exit.onclick = end;
  host.add(layer);
  return {
    layer,
    exit,
    show({ agent, mode: sharing, paused, offline }) {
      label.textContent = offline ? 'Reconnecting…' : `Browsing together with ${agent}`;
      mode.textContent = paused ? 'Paused' : sharing === 'shared' ? 'Shared control' : 'View only';
      layer.classList.toggle('off', offline || paused);
    },
    remove: () => host.remove(layer),
  };
}
