import { expect, inMirror, test } from './together.ts';
import type { Relay } from './relay.ts';

/** Longer than two switches, so that each carrier has had its time. */
const WATCH_MILLIS = 8_000;

async function channels(relay: Relay): Promise<Record<string, number>> {
  const text = await (await fetch(`${relay.directUrl}/metrics`)).text();
  const lines = [...text.matchAll(/^tandem_channels\{carrier="([^"]+)"\} (\S+)$/gm)];
  return Object.fromEntries(lines.map(([, carrier = '', count]) => [carrier, Number(count)] as const));
}

test('should ride on every carrier of this run and on no other, with the page live all the time', async ({
  relay,
  consumer,
  agent,
  begin,
}) => {
  await begin('shared');
  await consumer.evaluate(() => {
    const tick = document.body.appendChild(document.createElement('p'));
    tick.id = 'tick';
    setInterval(() => (tick.textContent = String(Date.now())), 100);
  });
  const seen = new Set<string>();
  const end = Date.now() + WATCH_MILLIS;
  while (Date.now() < end) {
    const before = Date.now();
    await expect.poll(async () => Number(await inMirror(agent, '#tick').textContent())).toBeGreaterThan(before);
    for (const [carrier, count] of Object.entries(await channels(relay))) if (count > 0) seen.add(carrier);
  }
  expect([...seen].sort()).toEqual(relay.carriers === 'switching' ? ['long-poll', 'websocket'] : [relay.carriers]);
});
