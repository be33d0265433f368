import { begin, expect, inMirror, state, test } from './together.ts';

const SIX_DIGITS = /^\d{3} \d{3}$/;

test('a consumer on the phone reads a code to the agent, who invites by it', async ({ consumer, agent }) => {
  await consumer.getByRole('button', { name: 'Get a code for the phone' }).click();
  await expect(consumer.getByTestId('code')).toHaveText(SIX_DIGITS);
  const code = (await consumer.getByTestId('code').textContent()) ?? '';
  await consumer.reload();
  await expect(consumer.getByTestId('code'), 'the code after a reload').toHaveText(code);
  const wrong = code.startsWith('0') ? `1${code.slice(1)}` : `0${code.slice(1)}`;
  await agent.getByTestId('code').fill(wrong);
  await agent.getByTestId('code-shared').click();
  await expect(agent.getByTestId('notice')).toContainText('no such code');
  await agent.getByTestId('code').fill(code);
  await agent.getByTestId('code-shared').click();
  await consumer.getByTestId('invitation-accept').click();
  await expect(state(agent)).toHaveText(/active/i);
  await expect(inMirror(agent, 'h1').first()).toBeVisible();
  await expect(consumer.getByTestId('asked')).toHaveCount(0);
});

test('a consumer asks for help, and the desk shows who does', async ({ consumer, agent }) => {
  await consumer.getByRole('button', { name: 'Ask for help' }).click();
  await expect(consumer.getByTestId('asked')).toContainText('in a moment');
  await expect(agent.locator('.entry.asks')).toHaveCount(1);
  await consumer.getByTestId('asked-cancel').click();
  await expect(consumer.getByTestId('asked')).toHaveCount(0);
  await expect(agent.locator('.entry.asks')).toHaveCount(0);
});

test('the mode goes up by the consumer’s consent, and down at once', async ({ consumer, agent }) => {
  await begin(consumer, agent, 'view-only');
  await agent.getByTestId('mode-shared').click();
  await consumer.getByTestId('mode-question-decline').click();
  await expect(agent.getByTestId('mode')).toHaveText('View only');
  await expect(agent.getByTestId('mode-shared')).toBeEnabled();
  await agent.getByTestId('mode-shared').click();
  await consumer.getByTestId('mode-question-accept').click();
  await expect(agent.getByTestId('mode')).toHaveText('Shared');
  await expect(consumer.getByTestId('mode')).toHaveText('Shared control');
  await consumer.getByTestId('session-mode').click();
  await expect(agent.getByTestId('mode')).toHaveText('View only');
});

test('the consumer pauses, the agent sees a veil, and both go on', async ({ consumer, agent }) => {
  await begin(consumer, agent, 'shared');
  await consumer.getByTestId('session-pause').click();
  await expect(state(agent)).toHaveText(/paused/i);
  await expect(agent.getByText('The consumer paused sharing.')).toBeVisible();
  await consumer.evaluate(() => document.querySelector('h1')?.replaceChildren('Seen after the pause'));
  await consumer.getByTestId('session-pause').click();
  await expect(state(agent)).toHaveText(/active/i);
  await expect(inMirror(agent, 'h1').first()).toHaveText('Seen after the pause');
});
