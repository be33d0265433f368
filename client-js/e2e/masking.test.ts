import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { MASK_TEXT } from '../src/capture/mask.ts';
import { linesOf, MIRROR_DOCUMENT } from '../tools/fidelity/structure.ts';
import { type Heard, listenTo } from './listening.ts';
import type { Relay } from './relay.ts';
import { begin, expect, inMirror, signIn, test as base } from './together.ts';

/** A part of a secret that is as long as this counts as a leak; nothing else on the pages has one by chance. */
const TELLING = 6;

/** Different each time: nobody can have prepared for it. */
const secret = (letters = 16): string => `q${randomBytes(letters).toString('hex').replaceAll(/[^\w]/g, '').slice(0, letters)}Z`;

const PAGE = `<!doctype html><meta charset="utf-8"><title>Masks</title>
<form>
  <input id="pw" type="password" name="pw"><input id="card" autocomplete="cc-number"><input id="code" autocomplete="one-time-code">
  <input id="shown-later" type="password"><input id="kennwort" type="password">
</form>
<section id="masked" data-tandem-mask>
  <p id="text">x</p><input id="field"><textarea id="area"></textarea><select id="select"><option>x</option></select>
  <div id="attributes">x</div><a id="link" href="/">x</a><img id="image" alt=""><style id="style"></style><p id="styled">x</p>
  <svg width="50" height="20"><text id="drawn" y="15">x</text></svg><div id="editor" contenteditable>x</div>
  <div id="host"></div><iframe id="frame" srcdoc="<p id=inner>x</p><input id=inner-field>"></iframe><!-- x -->
</section>
<div id="masked-later">not secret yet</div>
<p id="sentinel">start</p>`;

interface Scene {
  readonly consumer: Page;
  readonly agent: Page;
  readonly heard: Heard;
}

const test = base.extend<{ scene: Scene }, { site: Relay }>({
  site: [
    async ({ launchRelay }, use) => {
      const folder = mkdtempSync(join(tmpdir(), 'tandem-masks-'));
      writeFileSync(join(folder, 'index.html'), PAGE);
      const relay = await launchRelay('--site', folder);
      await use(relay);
      await relay.stop();
      rmSync(folder, { recursive: true });
    },
    { scope: 'worker' },
  ],
  scene: async ({ browser, site }, use) => {
    const contexts = [await browser.newContext(), await browser.newContext()] as const;
    const consumer = await contexts[0].newPage();
    const agent = await contexts[1].newPage();
    const heard = listenTo(consumer);
    await consumer.goto(`${site.url}/site/`);
    await signIn(agent, site);
    await use({ consumer, agent, heard });
    await Promise.all(contexts.map((context) => context.close()));
  },
});

/** Waits until everything that happened so far is in the mirror. */
async function arrive({ consumer, agent, heard }: Scene, mark: string): Promise<void> {
  await consumer.locator('#sentinel').evaluate((sentinel, text) => (sentinel.textContent = text), mark);
  await expect(inMirror(agent, '#sentinel')).toHaveText(mark);
  expect(heard.find(mark), 'the ear hears what is not masked').not.toEqual([]);
}

async function expectUnheard({ agent, heard }: Scene, hidden: string): Promise<void> {
  const mirror = JSON.stringify(await linesOf(agent, MIRROR_DOCUMENT)) + (await agent.content());
  for (let at = 0; at + TELLING <= hidden.length; at++) {
    const part = hidden.slice(at, at + TELLING);
    expect(heard.find(part), `${part} of ${hidden} left the page`).toEqual([]);
    expect(mirror, `${part} of ${hidden} is at the agent`).not.toContain(part);
  }
}

/** Puts the secret wherever a masked part can hold one. Runs in the page. */
function spread(hidden: string): void {
  const element = (id: string): HTMLElement => document.getElementById(id) as HTMLElement;
  element('text').textContent = `${hidden} in words`;
  (document.getElementById('field') as HTMLInputElement).value = hidden;
  element('field').setAttribute('value', hidden);
  element('field').setAttribute('placeholder', hidden);
  element('area').textContent = hidden;
  (document.getElementById('area') as HTMLTextAreaElement).value = `${hidden}\n${hidden}`;
  (document.getElementById('select') as HTMLSelectElement).add(new Option(hidden, hidden, true, true));
  for (const name of ['title', 'aria-label', 'data-secret', 'alt', 'x-own']) element('attributes').setAttribute(name, hidden);
  (document.getElementById('link') as HTMLAnchorElement).href = `/?q=${hidden}`;
  (document.getElementById('image') as HTMLImageElement).alt = hidden;
  // As large as a sheet has to be to travel apart from the page.
  const filler = ' .filler { margin: 0 }'.repeat(200);
  element('style').textContent = `#styled::after { content: "${hidden}" } [title="${hidden}"] { color: red }${filler}`;
  (document.getElementById('style') as HTMLStyleElement).sheet?.insertRule(`#styled::before { content: '${hidden}' }`);
  element('styled').setAttribute('style', `--own: "${hidden}"; quotes: "${hidden}" "x"; mask: url("#${hidden}")`);
  element('drawn').textContent = hidden;
  element('editor').innerHTML = `<b>${hidden}</b>`;
  const host = element('host');
  const root = host.shadowRoot ?? host.attachShadow({ mode: 'open' });
  root.innerHTML = `<p>${hidden}</p><input><slot></slot><style>p::after { content: "${hidden}" }</style>`;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`p::before { content: "${hidden}" }`);
  root.adoptedStyleSheets = [sheet];
  (root.querySelector('input') as HTMLInputElement).value = hidden;
  const inner = (document.getElementById('frame') as HTMLIFrameElement).contentDocument as Document;
  (inner.getElementById('inner') as HTMLElement).textContent = hidden;
  (inner.getElementById('inner-field') as HTMLInputElement).value = hidden;
  inner.body.append(Object.assign(inner.createElement('i'), { textContent: hidden, title: hidden }));
  element('masked').append(document.createComment(hidden), Object.assign(document.createElement('em'), { textContent: hidden }));
}

/** Changes what is there already, a little at a time: mutations and not a keyframe tell of it. Runs in the page. */
function stir(hidden: string): void {
  const root = document.getElementById('host')?.shadowRoot;
  const inner = (document.getElementById('frame') as HTMLIFrameElement).contentDocument;
  for (const place of [document.getElementById('text'), root?.querySelector('p'), inner?.getElementById('inner')]) {
    if (!place) throw new Error('a masked place is gone');
    (place.firstChild as Text).data = hidden;
    (place.firstChild as Text).appendData(hidden);
    place.append(hidden);
    place.setAttribute('title', hidden);
  }
  (root?.querySelector('input') as HTMLInputElement).setAttribute('value', hidden);
  (inner?.getElementById('inner-field') as HTMLInputElement).value = `${hidden}!`;
  document.getElementById('editor')?.append(hidden);
}

test('should let no byte of a password leave the page, however it is shown, swapped or set', async ({ scene }) => {
  const { consumer, agent } = scene;
  const hidden = secret();
  const field = consumer.locator('#pw');
  await field.fill(`${hidden}-early`);
  await consumer.locator('#card').fill(hidden);
  await begin(consumer, agent, 'shared');
  await field.fill('');
  await field.pressSequentially(hidden, { delay: 5 });
  await consumer.locator('#code').pressSequentially(hidden);

  const show = (type: string): Promise<void> => field.evaluate((input, to) => input.setAttribute('type', to), type);
  await show('text');
  await field.pressSequentially(hidden);
  await show('password');
  await field.pressSequentially(hidden);
  await arrive(scene, 'toggled both ways');

  await field.evaluate((input: HTMLInputElement, value) => {
    input.type = 'text';
    input.value = `${value}-set`;
    input.defaultValue = value;
    const twin = input.cloneNode(true) as HTMLInputElement;
    input.replaceWith(twin);
    twin.outerHTML = `<input id="pw" type="text" value="${value}" placeholder="${value}">`;
  }, hidden);
  await arrive(scene, 'swapped for another');
  await field.pressSequentially(hidden);

  await consumer.evaluate((value) => {
    const later = document.getElementById('shown-later') as HTMLInputElement;
    later.type = 'tel';
    later.value = value;
    later.type = 'text';
    later.removeAttribute('id');
  }, hidden);
  await arrive(scene, 'shown by type');
  await expectUnheard(scene, hidden);
});

test('should know a password’s field again that was swapped for another before the session', async ({ scene }) => {
  const { consumer, agent } = scene;
  const hidden = secret();
  await consumer.locator('#kennwort').fill(hidden);
  await consumer.locator('#kennwort').evaluate((input: HTMLInputElement) => {
    input.outerHTML = `<input id="kennwort" type="text" value="${input.value}">`;
  });
  await begin(consumer, agent, 'shared');
  await consumer.locator('#kennwort').pressSequentially(hidden);
  await arrive(scene, 'typed into the other');
  await expectUnheard(scene, hidden);
});

test('should let nothing under a mask leave the page, in keyframes and in changes', async ({ scene }) => {
  const { consumer, agent } = scene;
  const [before, after, changed] = [secret(), secret(), secret()];
  await consumer.evaluate(spread, before);
  await begin(consumer, agent, 'view-only');
  await arrive(scene, 'mirrored at first');
  await expectUnheard(scene, before);

  await consumer.evaluate(spread, after);
  await consumer.evaluate(stir, changed);
  await consumer.locator('#editor').click();
  await consumer.keyboard.insertText(changed);
  await arrive(scene, 'changed while mirrored');
  for (const hidden of [before, after, changed]) await expectUnheard(scene, hidden);
});

test('should mask what is put under a mask in mid-session, from then on', async ({ scene }) => {
  const { consumer, agent } = scene;
  const hidden = secret();
  await begin(consumer, agent, 'view-only');
  await expect(inMirror(agent, '#masked-later')).toHaveText('not secret yet');
  await consumer.locator('#masked-later').evaluate((element, value) => {
    element.setAttribute('data-tandem-mask', '');
    element.textContent = value;
    element.setAttribute('title', value);
  }, hidden);
  await arrive(scene, 'masked by now');
  await expectUnheard(scene, hidden);
  await expect(inMirror(agent, '#masked-later')).toHaveText(MASK_TEXT);
});

test('should tell nothing of how long a secret is', async ({ scene }) => {
  const { consumer, agent, heard } = scene;
  await begin(consumer, agent, 'shared');
  const seen: string[] = [];
  for (const letters of [3, 40]) {
    const hidden = secret(letters);
    await consumer.locator('#pw').fill(hidden);
    await consumer.evaluate((value) => {
      (document.getElementById('text') as HTMLElement).textContent = value;
    }, hidden);
    await arrive(scene, `typed ${letters}`);
    seen.push(await inMirror(agent, '#pw').inputValue(), await inMirror(agent, '#text').innerText());
  }
  expect(seen).toEqual([MASK_TEXT, MASK_TEXT, MASK_TEXT, MASK_TEXT]);

  // Nor does the number of updates: while one letter after the other is typed, the mask stays as it is.
  const before = heard.values.length;
  await consumer.locator('#pw').pressSequentially(secret(12), { delay: 60 });
  await arrive(scene, 'typed slowly');
  expect(heard.values.slice(before)).toEqual([]);
});

test('should mask the password of the demo’s own checkout', async ({ openConsumer, agent }) => {
  const hidden = secret();
  const consumer = await openConsumer();
  const heard = listenTo(consumer);
  await consumer.goto(new URL('checkout.html', consumer.url()).href);
  await consumer.locator('#account').check();
  await consumer.locator('#password').fill(`${hidden}-before`);
  await begin(consumer, agent, 'shared');
  const password = consumer.locator('#password');
  await password.fill('');
  await password.pressSequentially(hidden, { delay: 10 });
  await consumer.locator('#show-password').click();
  await password.press('End');
  await password.pressSequentially(`-${hidden}`);
  await consumer.locator('#show-password').click();
  await consumer.locator('#name').fill('the last thing typed');
  await expect(inMirror(agent, '#name')).toHaveValue('the last thing typed');
  expect(heard.find('the last thing typed')).not.toEqual([]);
  await expectUnheard({ consumer, agent, heard }, hidden);
});
