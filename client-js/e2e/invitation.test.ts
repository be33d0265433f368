import { begin, entryOf, expect, inMirror, invite, state, test } from './together.ts';

test.describe('inviting', () => {
  test('should open the mirror on the very page where the consumer is, without a reload', async ({ consumer, agent }) => {
    await consumer.evaluate(() => Object.assign(window, { sameDocument: true }));
    await consumer.locator('#search').fill('la');
    await invite(agent, consumer, 'view-only');
    await expect(state(agent)).toHaveText(/inviting/i);

    const dialog = consumer.getByTestId('invitation');
    await expect(dialog).toBeVisible();
    await expect(dialog).toContainText('Ada');
    await consumer.getByTestId('invitation-accept').click();

    await expect(dialog).toBeHidden();
    await expect(state(agent)).toHaveText(/active/i);
    await expect(agent.getByTestId('mode')).toHaveText(/view.only/i);
    await expect(consumer.getByTestId('session-frame')).toBeVisible();
    await expect(inMirror(agent, '#card-lantern')).toBeVisible();
    await expect(inMirror(agent, '#search')).toHaveValue('la');
    await expect(inMirror(agent, '#card-tent')).toHaveCount(0);
    expect(await consumer.evaluate(() => 'sameDocument' in window)).toBe(true);
  });

  test('should leave the page alone when the consumer declines', async ({ consumer, agent }) => {
    await invite(agent, consumer, 'shared');
    await consumer.getByTestId('invitation-decline').click();
    await expect(consumer.getByTestId('invitation')).toBeHidden();
    await expect(agent.getByTestId('notice')).toContainText('declined');
    await expect(consumer.getByTestId('session-frame')).toHaveCount(0);
    await expect(agent.getByTestId('mirror')).toHaveCount(0);

    // The consumer may be asked again.
    await begin(consumer, agent, 'shared');
    await expect(agent.getByTestId('mode')).toHaveText(/shared/i);
  });

  test('should take the invitation back when the agent withdraws it', async ({ consumer, agent }) => {
    await invite(agent, consumer, 'shared');
    await expect(consumer.getByTestId('invitation')).toBeVisible();
    await agent.getByTestId('withdraw').click();
    await expect(consumer.getByTestId('invitation')).toBeHidden();
    await expect(agent.getByTestId('notice')).toContainText('withdrew');
  });

  for (const mode of ['view-only', 'shared'] as const) {
    test(`should say to both sides that the session is ${mode}`, async ({ consumer, agent }) => {
      await invite(agent, consumer, mode);
      await expect(consumer.getByTestId('invitation')).toContainText(mode === 'shared' ? /click|type|shared/i : /view|see|look/i);
      await consumer.getByTestId('invitation-accept').click();
      await expect(agent.getByTestId('mode')).toHaveText(mode === 'shared' ? /shared/i : /view.only/i);
    });
  }

  test('should refuse a second invitation while one session is active or one invitation pending', async ({
    consumer,
    agent,
    openConsumer,
  }) => {
    const second = await openConsumer('/demo/product.html?id=tent');
    await invite(agent, consumer, 'view-only');
    await expect(state(agent)).toHaveText(/inviting/i);

    await invite(agent, second, 'shared');
    await expect(agent.getByTestId('notice')).toContainText(/already|busy|one (active )?(session|invitation)/i);
    await expect(state(agent)).toHaveText(/inviting/i);
    await expect(second.getByTestId('invitation')).toHaveCount(0);

    await consumer.getByTestId('invitation-accept').click();
    await expect(state(agent)).toHaveText(/active/i);
    await agent.locator('#notice-close').click();
    await invite(agent, second, 'shared');
    await expect(agent.getByTestId('notice')).toContainText(/already|busy|one (active )?(session|invitation)/i);
    await expect(state(agent)).toHaveText(/active/i);
    await expect(second.getByTestId('invitation')).toHaveCount(0);
  });

  test('should keep a taken consumer from a second agent', async ({ consumer, agent, openAgent }) => {
    const other = await openAgent();
    const entry = await entryOf(other, consumer);
    await expect(entry).toBeVisible();
    await begin(consumer, agent, 'view-only');
    await expect(entry).toHaveCount(0);
  });
});
