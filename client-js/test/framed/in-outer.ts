/*
 * Runs in the page around: its capture with what finds tags in its frames, and the viewer's mirror, in the same window. The relay's channel is left out.
 */
import { startCapture } from '../../src/capture/capture.ts';
import type { Capture } from '../../src/capture/capture-options.ts';
import { createMedia } from '../../src/capture/media/media.ts';
import { createBatchJoiner } from '../../src/delivery/batch-joiner.ts';
import { type Action, encodeAction, type Refusal } from '../../src/protocol/action.ts';
import type { SessionInfo } from '../../src/protocol/control.ts';
import { Flag } from '../../src/protocol/frame.ts';
import { FrameType } from '../../src/protocol/frame-type.ts';
import { decodePointer, encodePointer, type Pointer, type PointerType } from '../../src/protocol/pointer.ts';
import { type Frames, openFrames } from '../../src/framed/outer.ts';
import { createMirror, type Mirror } from '../../src/replay/mirror.ts';

const AGENT = 2;

export interface OuterLab {
  readonly capture: Capture;
  readonly mirror: Mirror;
  /** Once the page has a frame of another origin. */
  frames: Frames | undefined;
  /** Why the mirror broke. */
  readonly broken: string[];
  /** The consumer's pointers, as they would go out. */
  readonly pointed: Pointer[];
  /** The consumer's focus, as the viewer was told. */
  readonly focused: number[];
  hasRoom: boolean;
  session: SessionInfo;
  /** Every expanded byte that left the page, as one string. */
  sent(): string;
  /** The document that the mirror shows in a frame; `path` leads through frames by their ids. */
  inner(...path: string[]): Document | null;
  /** By which the agent's side knows an element in a frame. */
  idOf(selector: string, ...path: string[]): number;
  /** Has the frame's tag plan an action, and does what it says. */
  act(action: Action & { readonly node: number }, isBusy?: boolean): Promise<Refusal | 'applied'>;
  /** The agent points. */
  point(pointer: Pointer): void;
  stop(): void;
}

function start(): OuterLab {
  const host = document.createElement('tandem-ui');
  host.style.cssText = 'position:absolute;left:0;top:2000px;width:1000px;height:700px';
  document.documentElement.append(host);
  const joiner = createBatchJoiner();
  const sent: string[] = [];
  const broken: string[] = [];
  const focused: number[] = [];
  const pointed: Pointer[] = [];
  let sequence = 0;
  const mirror = createMirror({
    host,
    resourceOrigins: ['http://pay.test', 'http://map.test'],
    onBroken: (reason) => broken.push(reason),
    onFocus: (id) => focused.push(id),
  });

  function take(type: FrameType, payload: Uint8Array, flags: number): void {
    const frame = { type, payload: payload.slice(), flags };
    const expanded = joiner.expand(frame);
    sent.push(new TextDecoder().decode(expanded));
    if (type === FrameType.ASSET) return mirror.asset(expanded);
    const batch = joiner.join(frame, expanded, type === FrameType.KEYFRAME && !(flags & Flag.LINKED));
    if (batch) mirror.apply(batch);
  }

  const participants: SessionInfo['participants'] = [
    { number: 1, role: 'consumer', name: 'Consumer', present: true },
    { number: AGENT, role: 'agent', name: 'Ada', present: true },
  ];
  const lab: OuterLab = {
    mirror,
    broken,
    pointed,
    focused,
    frames: undefined,
    hasRoom: true,
    session: { id: 'secret', state: 'active', mode: 'shared', reason: null, participants },
    capture: startCapture({
      window,
      send: take,
      hasRoom: () => lab.hasRoom,
      flushMillis: () => 20,
      ignores: (node) => host.contains(node),
      wasPassword: () => false,
      scrolled: [],
      closed: new WeakMap(),
      loadMedia: (context) => Promise.resolve(createMedia(context)),
      loadFrames(context) {
        lab.frames = openFrames({
          ...context,
          brand: 'demo',
          relay: 'ws://relay.test',
          session: () => lab.session,
          cursorMillis: () => 20,
          send: (type, payload) => pointed.push(decodePointer(type as PointerType, payload)),
        });
        return Promise.resolve(lab.frames);
      },
      featuresChanged: () => lab.capture.keyframe(),
    }),
    sent: () => sent.join('\n'),
    inner(...path) {
      let inner: Document | null | undefined = mirror.document;
      for (const id of path) inner = (inner?.getElementById(id) as HTMLIFrameElement | null | undefined)?.contentDocument;
      return inner ?? null;
    },
    idOf(selector, ...path) {
      const element = lab.inner(...path)?.querySelector(selector);
      return (element && mirror.idOf(element)) ?? 0;
    },
    async act(action, isBusy = false) {
      const frame = { type: action.type, sender: AGENT, sequence: ++sequence, epoch: 1, flags: 0, payload: encodeAction(action, 1) };
      const plan = (await lab.frames?.plan(frame, action, isBusy)) ?? 'no-such-node';
      if (typeof plan === 'string') return plan;
      plan();
      return 'applied';
    },
    point(pointer) {
      const frame = { type: pointer.type, sender: AGENT, sequence: ++sequence, epoch: 1, flags: 0, payload: encodePointer(pointer) };
      lab.frames?.point(frame, pointer);
    },
    stop() {
      lab.capture.stop();
      mirror.dispose();
      host.remove();
    },
  };
  lab.capture.keyframe();
  return lab;
}

declare global {
  var outer: { start(): OuterLab };
  var outerLab: OuterLab;
}

globalThis.outer = { start };
