import { beforeEach, describe, expect, it } from 'vitest';
import { AgentSession, type Offer } from '../../src/control/agent/agent-session.ts';
import { CloseCode } from '../../src/protocol/close-code.ts';
import type { SessionInfo } from '../../src/protocol/control.ts';
import { FrameType } from '../../src/protocol/frame-type.ts';
import { FakeCarrier, WELCOME } from '../connection/fake-carrier.ts';
import { type FakeClock, fakeClock } from '../connection/fake-socket.ts';

const WAITING: SessionInfo = { ...WELCOME.session, state: 'waiting', mode: null };

let clock: FakeClock;
let opened: FakeCarrier[];
let log: string[];
let session: AgentSession;

const offer: Offer = {
  session: 'x',
  invitation: 'i',
  mode: 'shared',
  grant: 'g',
  channelUrl: 'wss://relay/v1/sessions/x/channel',
  withdraw: () => Promise.resolve(),
  end: () => Promise.resolve(),
};

function invite(changes: Partial<Offer> = {}): void {
  session = new AgentSession(
    { ...offer, ...changes },
    {
      clock,
      network: new EventTarget(),
      random: () => 0.5,
      open(kind, events) {
        const carrier = new FakeCarrier(kind, events);
        opened.push(carrier);
        return carrier;
      },
    },
  );
  session.addEventListener('ended', () => log.push(`ended, ${session.invitation}`));
  session.addEventListener('refused', () => log.push('refused'));
  clock.advance(0);
  opened[0]?.open();
  opened[0]?.receive(FrameType.WELCOME, { ...WELCOME, session: WAITING });
}

beforeEach(() => {
  clock = fakeClock();
  opened = [];
  log = [];
});

describe('withdrawing an invitation', () => {
  it('should be over once the relay has done it, though the channel is between two carriers', async () => {
    invite();
    opened[0]!.lose();
    await session.withdraw();
    expect(log).toEqual(['ended, withdrawn']);
    clock.advance(1_000);
    expect(opened.filter(({ isClosed }) => !isClosed)).toEqual([]);
  });

  it('should end once, whoever tells it first', async () => {
    invite({
      withdraw() {
        opened[0]!.receive(FrameType.INVITATION_STATE, { invitation: 'i', state: 'withdrawn' });
        opened[0]!.lose(CloseCode.NORMAL);
        return Promise.resolve();
      },
    });
    await session.withdraw();
    expect(log).toEqual(['ended, withdrawn']);
  });

  it('should change nothing where the relay does not do it', async () => {
    invite({ withdraw: () => Promise.reject(new Error('too late')) });
    await expect(session.withdraw()).rejects.toThrow('too late');
    expect([session.state, session.invitation, log]).toEqual(['inviting', 'offered', []]);
  });
});
