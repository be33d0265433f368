import type { WebSocket } from '@playwright/test';
import { decodeFrame } from '../src/protocol/frame.ts';
import { laneOf } from '../src/protocol/frame-type.ts';
import { begin, expect, inMirror, test } from './together.ts';
import { pageLane } from './wire.ts';

const SECRET = 'Tr0ub4dor&3-horse';

/** Everything that leaves the page over WebSockets, expanded, as text. */
function leaving(socket: WebSocket, texts: string[]): void {
  const page = pageLane();
  socket.on('framesent', ({ payload }) => {
    if (typeof payload === 'string') {
      texts.push(payload);
      return;
    }
    const frame = decodeFrame(new Uint8Array(payload));
    const body = laneOf(frame.type) === 'page' && frame.type < 0x48 ? page.accept(frame) : frame.payload;
    texts.push(Buffer.from(body).toString('utf8'));
  });
}

test('should let no byte of a password leave the page, whatever the page does with the field', async ({ openConsumer, agent }) => {
  const consumer = await openConsumer();
  const texts: string[] = [];
  consumer.on('websocket', (socket) => leaving(socket, texts));
  await consumer.goto(new URL('checkout.html', consumer.url()).href);
  await consumer.locator('#account').check();
  await consumer.locator('#password').fill(`${SECRET}-before`);
  await begin(consumer, agent, 'shared');

  const password = consumer.locator('#password');
  await password.fill('');
  await password.pressSequentially(SECRET, { delay: 10 });
  await consumer.locator('#show-password').click();
  await password.press('End');
  await password.pressSequentially(`-${SECRET}`);
  await consumer.locator('#show-password').click();
  await password.evaluate((field: HTMLInputElement) => {
    field.type = 'text';
    field.setAttribute('value', field.value);
    field.setAttribute('autocomplete', 'off');
    const again = field.cloneNode(true) as HTMLInputElement;
    again.id = 'password-again';
    field.replaceWith(again);
    again.replaceWith(field);
    field.name = 'renamed';
  });
  await consumer.locator('#name').fill('the last thing typed');
  await expect(inMirror(agent, '#name')).toHaveValue('the last thing typed');

  expect(texts.join('\n')).toContain('the last thing typed');
  expect(texts.filter((text) => text.includes(SECRET.slice(0, 6)))).toEqual([]);
  const mirror = await inMirror(agent, 'html').evaluate((html) => {
    const values = [...html.querySelectorAll('input')].map((field) => field.value);
    return `${html.outerHTML} ${values.join(' ')}`;
  });
  expect(mirror).not.toContain(SECRET.slice(0, 6));
});
