import { begin, expect, inMirror, sessionOf, signIn, state, test } from './together.ts';

test.describe('ending', () => {
  test('should end at once when the consumer closes the frame, and tell the agent why', async ({ consumer, agent, begin }) => {
    await begin('shared');
    await expect(consumer.getByTestId('session-frame')).toBeVisible();
    await consumer.getByTestId('session-exit').click();
    await expect(consumer.getByTestId('session-frame')).toHaveCount(0, { timeout: 1_000 });
    await expect(agent.getByTestId('notice')).toContainText('The consumer ended the session');
    await expect(state(agent)).toHaveText(/ended/i);
    await expect(agent.getByTestId('mirror')).toHaveCount(0);
  });

  test('should tell both sides why when the agent ends', async ({ consumer, agent, begin }) => {
    await begin('shared');
    await agent.getByTestId('session-end').click();
    await expect(consumer.getByTestId('session-frame')).toHaveCount(0);
    await expect(consumer.getByTestId('end-reason')).toContainText('Ada');
    await expect(agent.getByTestId('notice')).toContainText('You ended the session');
    await expect(agent.getByTestId('mirror')).toHaveCount(0);
  });

  test('should be ready for another session after one has ended', async ({ consumer, agent, begin: beginHere }) => {
    await beginHere('view-only');
    const ended = await sessionOf(consumer);
    await agent.getByTestId('session-end').click();
    await expect(agent.getByTestId('notice')).toContainText('You ended');
    await sessionOf(consumer, ended);
    await begin(consumer, agent, 'shared');
    await expect(inMirror(agent, '#card-tent')).toBeVisible();
  });

  test('should let the consumer leave at once when the relay was killed', async ({ browser, launchRelay }) => {
    const relay = await launchRelay();
    const consumerContext = await browser.newContext();
    const agentContext = await browser.newContext();
    try {
      const consumer = await consumerContext.newPage();
      const agent = await agentContext.newPage();
      await consumer.goto(`${relay.url}/demo/`);
      await signIn(agent, relay);
      await begin(consumer, agent, 'shared');
      await relay.kill();
      await expect(consumer.getByTestId('session-frame')).toBeVisible();
      await consumer.getByTestId('session-exit').click();
      await expect(consumer.getByTestId('session-frame')).toHaveCount(0, { timeout: 1_000 });

      // The page itself goes on as if nothing had been.
      await consumer.locator('#add-tent').click();
      await expect(consumer.locator('#cart-count')).toHaveText('1');
    } finally {
      await relay.kill();
      await Promise.all([consumerContext.close(), agentContext.close()]);
    }
  });
});
