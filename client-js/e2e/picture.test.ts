import { aim, middle } from './hand.ts';
import { expect, inMirror, test } from './together.ts';

/** The two pictures of the README, taken of a real session: `client-js/artefacts/{consumer,agent}.png`. */
test('should look the same on both sides, with both cursors', async ({ consumer, agent, begin }) => {
  await consumer.goto(new URL('product.html?id=lantern', consumer.url()).href);
  await begin('shared');
  await expect(inMirror(agent, '#name')).toHaveText('Lykt lantern');
  const reading = await middle(consumer, '#blurb');
  await consumer.mouse.move(reading.x - 60, reading.y + 4);
  const pointing = await aim(agent, '#add');
  await agent.mouse.move(pointing.x + 40, pointing.y);
  await agent.mouse.move(pointing.x + 44, pointing.y + 2);
  await expect(agent.getByTestId('cursor-consumer')).toBeVisible();
  await expect(consumer.getByTestId('cursor-agent')).toBeVisible();
  await agent.mouse.click(pointing.x + 44, pointing.y + 2);
  await expect(inMirror(agent, '#cart-count')).toHaveText('1');
  await expect(consumer.getByTestId('click-mark').last()).toBeAttached();
  await Promise.all([consumer.screenshot({ path: 'artefacts/consumer.png' }), agent.screenshot({ path: 'artefacts/agent.png' })]);
});
