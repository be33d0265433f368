import type { TandemViewer } from '../src/viewer.ts';
import { clickInMirror, typeInMirror } from './hand.ts';
import { expect, inMirror, state, test } from './together.ts';

/** What is allowed in shared mode is tried in view-only: the agent reads why not, and the page stays as it was. */
test.describe('view-only', () => {
  test('should refuse clicks and links', async ({ consumer, agent, begin }) => {
    await begin('view-only');
    await consumer.evaluate(() => {
      const heard: string[] = [];
      for (const type of ['click', 'mousedown', 'pointerdown', 'focusin']) addEventListener(type, (event) => heard.push(event.type), true);
      Object.assign(window, { heard });
    });
    await clickInMirror(agent, '#hero-link');
    await expect(agent.getByTestId('viewer-notice')).toContainText('View only');

    await consumer.evaluate(() => scrollTo(0, 500));
    await expect.poll(() => inMirror(agent, 'html').evaluate((html) => html.scrollTop)).toBe(500);
    await clickInMirror(agent, '#look-boots');
    // The mark of the very last click has come: so would the click itself have.
    await expect(consumer.getByTestId('click-mark').last()).toBeAttached();
    await expect(consumer.locator('#quick-view')).toBeHidden();
    expect(new URL(consumer.url()).pathname).toBe('/demo/');
    expect(await consumer.evaluate(() => (window as unknown as { heard: string[] }).heard)).toEqual([]);
    await expect(state(agent)).toHaveText(/active/i);
  });

  test('should refuse typing, ticking and choosing, while the consumer goes on', async ({ consumer, agent, begin }) => {
    await consumer.goto(new URL('checkout.html', consumer.url()).href);
    await begin('view-only');
    await typeInMirror(agent, '#name', 'Mallory');
    await expect(agent.getByTestId('viewer-notice')).toContainText('View only');
    await clickInMirror(agent, '#account');
    await typeInMirror(agent, '#address', 'Nowhere');
    await clickInMirror(agent, '#country');
    await expect(agent.getByTestId('choices')).toHaveCount(0);
    await expect(agent.getByTestId('editor')).toHaveCount(0);

    await consumer.locator('#email').fill('grace@navy.example');
    await expect(inMirror(agent, '#email')).toHaveValue('grace@navy.example');
    await expect(consumer.locator('#name')).toHaveValue('');
    await expect(consumer.locator('#address')).toHaveValue('');
    await expect(consumer.locator('#account')).not.toBeChecked();
    await expect(consumer.locator('#country')).toHaveValue('');
  });

  for (const name of ['click', 'input', 'select', 'key', 'navigate', 'focus'] as const) {
    test(`should tell the agent what the relay answers when a program tries to ${name} all the same`, async ({
      consumer,
      agent,
      begin,
    }) => {
      await begin('view-only');
      await agent.evaluate((attempt) => {
        const { session, mirror } = document.querySelector('tandem-viewer') as unknown as TandemViewer;
        const field = mirror?.document?.querySelector('#search');
        const node = (field && mirror?.idOf(field)) ?? 0;
        switch (attempt) {
          case 'click':
            return session?.click({ node, x: 1, y: 1 });
          case 'input':
            return session?.input(node, 'Mallory', { commit: true });
          case 'select':
            return session?.select(node, [0]);
          case 'key':
            return session?.key(node, 'Enter');
          case 'navigate':
            return session?.navigate({ kind: 'back' });
          case 'focus':
            return session?.focus(node);
        }
      }, name);
      await expect(agent.getByTestId('notice')).toContainText('view-only');
      await expect(agent.getByTestId('notice')).toContainText('You can go on scrolling');
      await expect(consumer.locator('#search')).toHaveValue('');
      await expect(consumer.locator('#search')).not.toBeFocused();
    });
  }
});
