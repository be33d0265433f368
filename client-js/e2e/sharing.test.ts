import type { TandemViewer } from '../src/viewer.ts';
import { clickInMirror, typeInMirror } from './hand.ts';
import { begin, expect, inMirror, state, test } from './together.ts';

test.describe('filling a form together', () => {
  test.beforeEach(async ({ consumer, agent }) => {
    await consumer.goto(new URL('checkout.html', consumer.url()).href);
    await begin(consumer, agent, 'shared');
  });

  test('should show the agent what the consumer fills in', async ({ consumer, agent }) => {
    await consumer.locator('#email').fill('grace@navy.example');
    await consumer.locator('#address').fill('1 Harbour Road\nHalden');
    await consumer.locator('#country').selectOption('NO');
    await consumer.locator('#delivery-express').check();
    await consumer.locator('#gift').check();

    await expect(inMirror(agent, '#email')).toHaveValue('grace@navy.example');
    await expect(inMirror(agent, '#address')).toHaveValue('1 Harbour Road\nHalden');
    await expect(inMirror(agent, '#country')).toHaveValue('NO');
    await expect(inMirror(agent, '#delivery-express')).toBeChecked();
    await expect(inMirror(agent, '#delivery-post')).not.toBeChecked();
    await expect(inMirror(agent, '#gift')).toBeChecked();
    await expect(inMirror(agent, '#gift-message-row')).toBeVisible();
  });

  test("should type the agent's words into the page, which notices", async ({ consumer, agent }) => {
    await typeInMirror(agent, '#name', 'Grace Hopper');
    await expect(consumer.locator('#name')).toHaveValue('Grace Hopper');
    await expect(inMirror(agent, '#name')).toHaveValue('Grace Hopper');

    await typeInMirror(agent, '#email', 'grace(at)navy');
    await expect(consumer.locator('#email')).toHaveValue('grace(at)navy');
    // Leaving the field commits it: the shop's own check speaks up.
    await clickInMirror(agent, '#address');
    await expect(consumer.locator('#email-problem')).not.toBeEmpty();
    await expect(inMirror(agent, '#email-problem')).not.toBeEmpty();

    await agent.keyboard.type('1 Harbour Road');
    await expect(consumer.locator('#address')).toHaveValue('1 Harbour Road');
  });

  test('should let both write into the same form at once', async ({ consumer, agent }) => {
    await Promise.all([
      typeInMirror(agent, '#name', 'Grace Hopper'),
      consumer.locator('#address').pressSequentially('1 Harbour Road', { delay: 25 }),
    ]);
    await expect(consumer.locator('#name')).toHaveValue('Grace Hopper');
    await expect(consumer.locator('#address')).toHaveValue('1 Harbour Road');
    await expect(inMirror(agent, '#address')).toHaveValue('1 Harbour Road');
  });

  test("should lose no word of the agent's while the page is sent anew", async ({ consumer, agent }) => {
    await typeInMirror(agent, '#name', 'Grace ');
    // Keys that no editor takes would go to where the consumer is.
    await consumer.locator('#address').click();
    await expect(inMirror(agent, '#address')).toBeVisible();
    const before = await inMirror(agent, '#name').elementHandle();
    await agent.evaluate(() => document.querySelector<TandemViewer>('tandem-viewer')?.session?.requestKeyframe());
    await expect.poll(() => before.evaluate((field) => field.ownerDocument.defaultView !== null).catch(() => false)).toBe(false);
    await agent.keyboard.type('Hopper', { delay: 20 });
    await expect(consumer.locator('#name')).toHaveValue('Grace Hopper');
    await expect(inMirror(agent, '#name')).toHaveValue('Grace Hopper');
    await expect(consumer.locator('#address')).toHaveValue('');
  });

  test('should tick, choose and pick for the consumer', async ({ consumer, agent }) => {
    await consumer.locator('#gift').scrollIntoViewIfNeeded();
    await clickInMirror(agent, '#gift');
    await expect(consumer.locator('#gift')).toBeChecked();
    await expect(inMirror(agent, '#gift-message-row')).toBeVisible();
    await clickInMirror(agent, '#delivery-collect');
    await expect(consumer.locator('#delivery-collect')).toBeChecked();
    await expect(consumer.locator('#summary-shipping')).toHaveText('free');
    await clickInMirror(agent, '#country');
    await agent.keyboard.press('ArrowDown');
    await agent.keyboard.press('ArrowDown');
    await agent.keyboard.press('Enter');
    await expect(consumer.locator('#country')).toHaveValue('FR');
    await expect(inMirror(agent, '#country')).toHaveValue('FR');
  });

  test('should neither show nor fill a password, even while it is shown to the consumer', async ({ consumer, agent }) => {
    await consumer.locator('#account').check();
    await consumer.locator('#password').fill('correct horse');
    await consumer.locator('#show-password').click();
    await expect(consumer.locator('#password')).toHaveAttribute('type', 'text');
    await expect(inMirror(agent, '#show-password')).toHaveText('Hide');
    await expect(inMirror(agent, '#password')).not.toHaveValue(/correct|horse/);

    await typeInMirror(agent, '#password', 'x');
    await expect(agent.getByTestId('viewer-notice')).toContainText('private');

    // Even an agent's program that does not ask the viewer is refused, by the tag.
    await agent.evaluate(() => {
      const { session, mirror } = document.querySelector('tandem-viewer') as unknown as TandemViewer;
      const field = mirror?.document?.querySelector('#password');
      session?.input((field && mirror?.idOf(field)) ?? 0, 'taken over', { commit: true });
    });
    await expect(agent.getByTestId('notice')).toContainText('private');
    await expect(consumer.locator('#password')).toHaveValue('correct horse');
  });
});

test.describe('clicking and navigating together', () => {
  test("should carry out the agent's clicks on the page", async ({ consumer, agent, begin }) => {
    await begin('shared');
    await consumer.locator('#add-tent').scrollIntoViewIfNeeded();
    await clickInMirror(agent, '#add-tent');
    await expect(consumer.locator('#cart-count')).toHaveText('1');
    await expect(inMirror(agent, '#cart-count')).toHaveText('1');

    await clickInMirror(agent, '#look-tent');
    await expect(consumer.locator('#quick-view')).toBeVisible();
    await expect(inMirror(agent, '#quick-view')).toBeVisible();
    await clickInMirror(agent, '#quick-add');
    await expect(consumer.locator('#quick-view')).toBeHidden();
    await expect(consumer.locator('#cart-count')).toHaveText('2');
    await expect(inMirror(agent, '#quick-view')).toBeHidden();
  });

  test('should follow a link that the agent clicks, with the session going on', async ({ consumer, agent, begin }) => {
    await begin('shared');
    await clickInMirror(agent, '#hero-link');
    await expect(consumer).toHaveURL(/product\.html\?id=tent/);
    await expect(inMirror(agent, '#name')).toHaveText('Fjell 2 tent');
    await expect(consumer.getByTestId('session-frame')).toBeVisible();
    await expect(state(agent)).toHaveText(/active/i);

    // The session is as good as before: the agent goes on acting on the new page.
    await clickInMirror(agent, '#add');
    await expect(consumer.locator('#cart-count')).toHaveText('1');
  });

  test('should follow the consumer from page to page', async ({ consumer, agent, begin }) => {
    await begin('shared');
    await consumer.locator('#add-tent').click();
    await consumer.locator('#nav-cart').click();
    await expect(inMirror(agent, '#line-tent')).toBeVisible();
    await consumer.locator('#to-checkout').click();
    await expect(inMirror(agent, '#checkout')).toBeVisible();
    await consumer.goBack();
    await expect(inMirror(agent, '#line-tent')).toBeVisible();
    await consumer.reload();
    await expect(inMirror(agent, '#line-tent')).toBeVisible();
    await expect(state(agent)).toHaveText(/active/i);
    await expect(agent.getByTestId('mode')).toHaveText(/shared/i);
  });
});
