import { execFileSync } from 'node:child_process';

/* Two network namespaces with one cable between them: the consumer's machine, and everything else. */

const RELAY_ADDRESS = '10.213.0.1';
const CONSUMER_ADDRESS = '10.213.0.2';
/** What a home router lets pile up in front of a slow upstream. */
const QUEUE = ['burst', '8kb', 'latency', '400ms'];
const UPSTREAM_KBIT = 750;
const DOWNSTREAM_KBIT = 10_000;

const ip = (...args) => execFileSync('ip', args, { stdio: ['ignore', 'inherit', 'inherit'] });

/** Makes them, with the consumer's upstream at 750 kbit/s and its downstream at 10,000. Needs root. `remove` leaves nothing behind. */
export function makeNamespaces(upstreamKbit = UPSTREAM_KBIT) {
  const relay = `tandem-relay-${process.pid}`;
  const consumer = `tandem-consumer-${process.pid}`;
  const inRelay = (...args) => ip('netns', 'exec', relay, ...args);
  const inConsumer = (...args) => ip('netns', 'exec', consumer, ...args);
  const remove = () => {
    for (const name of [consumer, relay]) execFileSync('ip', ['netns', 'del', name], { stdio: 'ignore' });
  };
  ip('netns', 'add', relay);
  ip('netns', 'add', consumer);
  inRelay('ip', 'link', 'add', 'cable', 'type', 'veth', 'peer', 'name', 'cable', 'netns', consumer);
  const ends = [
    [inRelay, RELAY_ADDRESS, DOWNSTREAM_KBIT],
    [inConsumer, CONSUMER_ADDRESS, upstreamKbit],
  ];
  for (const [inside, address, kbit] of ends) {
    inside('ip', 'link', 'set', 'lo', 'up');
    inside('ip', 'addr', 'add', `${address}/30`, 'dev', 'cable');
    inside('ip', 'link', 'set', 'cable', 'up');
    inside('tc', 'qdisc', 'add', 'dev', 'cable', 'root', 'tbf', 'rate', `${kbit}kbit`, ...QUEUE);
  }
  return { relay, consumer, relayAddress: RELAY_ADDRESS, upstreamKbit, remove };
}
