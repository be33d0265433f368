import { expect } from 'vitest';
import type { CarrierKind } from '../../src/connection/carrier.ts';
import { type Channel, openChannel } from '../../src/connection/channel.ts';
import { type PathOptions, viaPath } from '../../src/connection/path.ts';
import type { Hello } from '../../src/protocol/control.ts';
import { FrameType } from '../../src/protocol/frame-type.ts';
import { FakeCarrier } from './fake-carrier.ts';
import { type FakeClock, fakeClock } from './fake-socket.ts';

export let clock: FakeClock;
export let network: EventTarget;
export let opened: FakeCarrier[];
/** Of the last start. */
export let channel: Channel;
export let log: string[];
export let rides: CarrierKind[];

/** A new, empty world: before each test. */
export function reset(): void {
  clock = fakeClock();
  network = new EventTarget();
  opened = [];
  log = [];
  rides = [];
}

export const hello = (): Hello => ({ protocol: [1, 1], role: 'agent', client: 'test', lz4: true });

/** A path whose carriers the test opens, answers and loses. */
export function path(options: Partial<PathOptions> = {}): ReturnType<typeof viaPath> {
  return viaPath({
    url: 'wss://relay/v1/sessions/x/channel',
    clock,
    network,
    random: () => 0.5,
    rides: (kind) => rides.push(kind),
    open(kind, events) {
      const carrier = new FakeCarrier(kind, events);
      opened.push(carrier);
      return carrier;
    },
    ...options,
  });
}

export function start(options: Partial<PathOptions> = {}): void {
  channel = openChannel({ connect: path(options), hello, clock });
  channel.onState((change) => log.push('code' in change ? `${change.state} ${change.code}` : change.state));
  channel.onSilence((isSilent) => log.push(isSilent ? 'silent' : 'heard again'));
  clock.advance(0);
}

export const kinds = (): string[] => opened.map(({ kind }) => kind);
export const at = (index: number): FakeCarrier => opened[index]!;
export const last = (): FakeCarrier => opened.at(-1)!;
export const outstanding = (): FakeCarrier[] => opened.filter(({ isClosed }) => !isClosed);

export function openOn(carrier: FakeCarrier): void {
  carrier.open();
  carrier.welcome();
}

/** Opens on the first carrier and lets its watch find silence. */
export function untilSuspect(): FakeCarrier {
  const carrier = last();
  openOn(carrier);
  channel.send(FrameType.CURSOR);
  clock.advance(1_000);
  expect(log.at(-1)).toBe('silent');
  return carrier;
}
