import { clickInMirror, typeInMirror } from './hand.ts';
import { expect, inMirror, state, test } from './together.ts';

/** What is allowed in shared mode is tried in view-only: the agent reads why not, and the page stays as it was. */
test.describe('view-only', () => {
  test('should refuse clicks and links', async ({ consumer, agent, begin }) => {
    await begin('view-only');
    const clicks = consumer.evaluate(() => {
      const heard: string[] = [];
      for (const type of ['click', 'mousedown', 'pointerdown', 'focusin']) addEventListener(type, (event) => heard.push(event.type), true);
      Object.assign(window, { heard });
    });
    await clicks;
    await clickInMirror(agent, '#hero-link');
    await expect(agent.getByTestId('notice')).toContainText('view-only');
    await expect(agent.getByTestId('notice')).toContainText('scrolling');

    await agent.locator('#notice-close').click();
    await consumer.evaluate(() => scrollTo(0, 500));
    await expect.poll(() => inMirror(agent, 'html').evaluate((html) => html.scrollTop)).toBe(500);
    await clickInMirror(agent, '#look-boots');
    await expect(agent.getByTestId('notice')).toContainText('view-only');
    await expect(consumer.locator('#quick-view')).toBeHidden();
    expect(new URL(consumer.url()).pathname).toBe('/demo/');
    expect(await consumer.evaluate(() => (window as unknown as { heard: string[] }).heard)).toEqual([]);
    await expect(state(agent)).toHaveText(/active/i);
  });

  test('should refuse typing, ticking and choosing', async ({ consumer, agent, begin }) => {
    await consumer.goto(new URL('checkout.html', consumer.url()).href);
    await begin('view-only');
    for (const attempt of [
      () => typeInMirror(agent, '#name', 'Mallory'),
      () => clickInMirror(agent, '#account'),
      () => clickInMirror(agent, '#delivery-express'),
      () => typeInMirror(agent, '#address', 'Nowhere'),
    ]) {
      await attempt();
      await expect(agent.getByTestId('notice')).toContainText('view-only');
      await agent.locator('#notice-close').click();
    }
    await expect(consumer.locator('#name')).toHaveValue('');
    await expect(consumer.locator('#address')).toHaveValue('');
    await expect(consumer.locator('#account')).not.toBeChecked();
    await expect(consumer.locator('#delivery-post')).toBeChecked();

    // The consumer still fills it in, and the agent still sees it.
    await consumer.locator('#name').fill('Grace');
    await expect(inMirror(agent, '#name')).toHaveValue('Grace');
  });
});
