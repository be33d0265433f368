import { clickInMirror, middle, mirrored, typeInMirror } from './hand.ts';
import { expect, inMirror, test } from './together.ts';

test('should show what stands in a closed shadow root, and let the agent act in it', async ({ consumer, agent, begin }) => {
  await consumer.evaluate(() => {
    const host = document.createElement('x-counter');
    const root = host.attachShadow({ mode: 'closed' });
    root.innerHTML = `<button id="count">0</button><input id="note"><p id="last">nothing</p>`;
    const [button, note, last] = ['count', 'note', 'last'].map((id) => root.getElementById(id) as HTMLInputElement) as [
      HTMLInputElement,
      HTMLInputElement,
      HTMLElement,
    ];
    button.addEventListener('click', () => (button.textContent = String(Number(button.textContent) + 1)));
    note.addEventListener('input', () => (last.textContent = note.value));
    host.addEventListener('click', (event) => (host.title = String(event.composedPath()[0] === host)));
    document.querySelector('#main')?.prepend(host);
  });
  await begin('shared');
  await expect(inMirror(agent, '#count')).toHaveText('0');
  await clickInMirror(agent, '#count');
  await expect(inMirror(agent, '#count')).toHaveText('1');
  await typeInMirror(agent, '#note', 'from the agent');
  await expect(inMirror(agent, '#last')).toHaveText('from the agent');
  // To the page it is as closed as ever.
  expect(await consumer.evaluate(() => document.querySelector('x-counter')?.shadowRoot)).toBeNull();
  await expect(consumer.locator('x-counter')).toHaveAttribute('title', 'true');

  // The consumer's own pointer is over what is inside, and not over all of the host.
  const host = await middle(consumer, 'x-counter');
  const box = await inMirror(agent, '#last').evaluate((last) => last.getBoundingClientRect().top);
  const outer = await inMirror(agent, 'x-counter').evaluate((element) => element.getBoundingClientRect().top);
  const top = (await consumer.locator('x-counter').boundingBox())?.y ?? 0;
  await consumer.mouse.move(host.x, top + (box - outer) + 8);
  await expect
    .poll(async () => {
      const [cursor, last] = [await agent.getByTestId('cursor-consumer').boundingBox(), await mirrored(agent, '#last')];
      return cursor && last ? Math.abs(cursor.y - last.y) : Infinity;
    })
    .toBeLessThan(14);
});
