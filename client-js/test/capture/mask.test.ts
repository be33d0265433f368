import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { bundleLab, launch, openPage } from './browser.ts';

const MASK = '\u2022'.repeat(8);
/** Every secret of these pages holds this word: it may be in no byte that leaves the page. */
const SECRET = 's3cr3t';

let browser: Browser;
let lab: string;
let page: Page;

beforeAll(async () => {
  browser = await launch();
  lab = await bundleLab();
});
afterAll(() => browser.close());
afterEach(() => page.close());

async function capture(html: string): Promise<void> {
  page = await openPage(browser, lab, { '/': `<!doctype html>${html}` });
  await page.evaluate(async () => {
    window.lab = window.tandemLab.start();
    window.lab.capture.keyframe();
    window.lab.capture.flush();
    await window.lab.whole();
  });
}

async function change(script: () => unknown): Promise<void> {
  await page.evaluate(script);
  await page.evaluate(() => {
    window.lab.capture.flush();
  });
}

const sent = (): Promise<string> => page.evaluate(() => window.lab.sentText());
const isMasked = (selector: string): Promise<boolean> =>
  page.evaluate((wanted) => window.lab.capture.isMasked(document.querySelector(wanted) as Element), selector);
const valueOf = (selector: string): Promise<unknown> =>
  page.evaluate((wanted) => window.lab.nodeOf(document.querySelector(wanted) as Element).state['value'], selector);

describe('fields', () => {
  it.each([
    ['a password', '<input id=f type=password>'],
    ['a current password', '<input id=f autocomplete="section-a current-password">'],
    ['a new password', '<textarea id=f autocomplete=new-password></textarea>'],
    ['a one-time code', '<input id=f autocomplete="one-time-code">'],
    ['a card number', '<input id=f autocomplete="billing cc-number">'],
    ['a card code', '<input id=f autocomplete=cc-csc>'],
    ['a field by its name', '<input id=f name="login[passwd]">'],
    ['a field by its id', '<input id="userPassword" class=f>'],
    ['a field in a masked part', '<div data-tandem-mask><p><input id=f></p></div>'],
  ])('should send eight bullets for %s, however long it is', async (_, html) => {
    await capture(html);
    const selector = html.includes('class=f') ? '.f' : '#f';
    await page.locator(selector).fill(`${SECRET}-that-is-long`);
    await change(() => undefined);
    expect(await valueOf(selector)).toBe(MASK);
    expect(await isMasked(selector)).toBe(true);
    await page.locator(selector).fill('');
    await change(() => undefined);
    expect(await valueOf(selector)).toBe('');
    expect(await sent()).not.toContain(SECRET);
  });

  it.each([
    '<input id=f name=compass>',
    '<input id=f name=passenger>',
    '<input id=f type=checkbox name=show-password>',
    '<input id=f name=email>',
  ])('should not mask %s', async (html) => {
    await capture(html);
    expect(await isMasked('#f')).toBe(false);
  });

  it('should never send a hidden input, a masked choice, nor the attributes that could tell', async () => {
    await capture(`<input type=hidden value="${SECRET}"><input type=password value="${SECRET}" placeholder="${SECRET}" title="${SECRET}" aria-label="${SECRET}" data-x="${SECRET}">
      <select autocomplete=cc-exp-month><option value="${SECRET}" selected label="${SECRET}">${SECRET}</select>
      <input type=file name="x">`);
    await change(() => (document.querySelector('input[type=hidden]') as HTMLInputElement).setAttribute('value', 's3cr3t again'));
    await change(() => void ((document.querySelector('input[type=hidden]') as HTMLInputElement).value = 's3cr3t by script'));
    expect(await sent()).not.toContain(SECRET);
  });

  it('should stay masked under a toggle that shows the password, in place or by another field', async () => {
    await capture('<input id=f name=pin type=password><button>show</button><div id=swap><input type=password name=k></div>');
    await page.locator('#f').fill(SECRET);
    await page.locator('[name=k]').fill(SECRET);
    await change(() => void ((document.getElementById('f') as HTMLInputElement).type = 'text'));
    await page.locator('#f').press('End');
    await page.locator('#f').pressSequentially(SECRET);
    await change(() => void ((document.getElementById('swap') as Element).innerHTML = '<input type=text name=k value=s3cr3t>'));
    await change(() => void ((document.querySelector('[name=k]') as HTMLInputElement).value = 's3cr3t typed'));
    expect(await sent()).not.toContain(SECRET);
    expect([await isMasked('#f'), await isMasked('[name=k]')]).toEqual([true, true]);
  });

  it('should notice a password that was one only between two batches, in a shadow root and in a frame too', async () => {
    await capture('<x-a></x-a><iframe srcdoc="<p>"></iframe><script>document.querySelector("x-a").attachShadow({mode:"open"})</script>');
    await change(() => {
      const roots = [
        document.body,
        document.querySelector('x-a')?.shadowRoot,
        (document.querySelector('iframe') as HTMLIFrameElement).contentDocument?.body,
      ];
      for (const root of roots) {
        const field = document.createElement('input');
        field.type = 'password';
        root?.append(field);
        field.value = 's3cr3t';
        field.type = 'text';
      }
    });
    expect(await sent()).not.toContain(SECRET);
  });

  it('should remember what the stub saw, and mask a twin of a password that was sent before', async () => {
    page = await openPage(browser, lab, { '/': '<input id=was><input name=twin id=t>' });
    await page.evaluate(() => {
      (document.getElementById('was') as HTMLInputElement).value = 's3cr3t';
      window.lab = window.tandemLab.start({ wasPassword: (element) => element.id === 'was' });
      window.lab.capture.keyframe();
      window.lab.capture.flush();
    });
    await change(() => {
      document.body.insertAdjacentHTML('beforeend', '<input type=password name=twin>');
      (document.getElementById('t') as HTMLInputElement).value = 's3cr3t';
    });
    await change(() => void ((document.getElementById('t') as HTMLInputElement).value = 's3cr3t more'));
    expect(await sent()).not.toContain(SECRET);
    expect(await valueOf('#t')).toBe(MASK);
  });
});

describe('masked parts', () => {
  const PART = `<section data-tandem-mask aria-label="${SECRET}"><h2 title="${SECRET}">${SECRET}</h2><!-- ${SECRET} --><img alt="${SECRET}" src="/${SECRET}.png" srcset="/${SECRET}.png 2x">
    <a href="/${SECRET}" data-note="${SECRET}">x</a><p style="background:url(/${SECRET}.png);color:red">${SECRET}</p><style>p::after{content:"${SECRET}"}</style>
    <input value="${SECRET}" type=submit><input type=checkbox checked value="${SECRET}"><textarea>${SECRET}</textarea><svg><text>${SECRET}</text><path d="M ${SECRET}"/></svg>
    <x-in></x-in><iframe srcdoc="<b>${SECRET}</b><input value=${SECRET}>"></iframe></section>
    <script>document.querySelector('x-in').attachShadow({mode:'open'}).innerHTML='<i>${SECRET}</i>'</script>`;

  it('should tell nothing but layout, through shadow roots and frames', async () => {
    await capture(PART);
    expect(await sent()).not.toContain(SECRET);
    expect(await sent()).toContain('color:red');
    expect(await isMasked('section p')).toBe(true);
  });

  it('should stay so when anything in them changes, or is moved in', async () => {
    await capture(`${PART}<p id=plain>plain</p>`);
    await change(() => {
      const word = 's3cr3t';
      const shadow = document.querySelector('x-in')?.shadowRoot as ShadowRoot;
      const frame = (document.querySelector('iframe') as HTMLIFrameElement).contentDocument as Document;
      const section = document.querySelector('section') as Element;
      section.append(word);
      section.setAttribute('title', word);
      (section.querySelector('h2')?.firstChild as Text).data = `${word} changed`;
      (section.querySelector('textarea') as HTMLTextAreaElement).value = `${word} typed`;
      section.querySelector('img')?.setAttribute('alt', word);
      (section.querySelector('style') as HTMLStyleElement).sheet?.insertRule(`p::before{content:"${word}"}`);
      for (const root of [shadow, frame.body]) {
        root.append(word);
        (root.firstElementChild as Element).setAttribute('title', word);
        (root.firstElementChild?.firstChild as Text).data = `${word} inner`;
        root.firstElementChild?.insertAdjacentHTML('afterend', `<u>${word}</u>`);
      }
      (frame.querySelector('input') as HTMLInputElement).value = `${word} in frame`;
    });
    await change(() => {
      const plain = document.getElementById('plain') as Element;
      document.querySelector('section')?.append(plain);
      (plain.firstChild as Text).data = 's3cr3t now';
      plain.setAttribute('title', 's3cr3t');
    });
    expect(await sent()).not.toContain(SECRET);
  });

  it('should begin and end with the attribute', async () => {
    await capture('<div id=d><p title=note>words</p><input value=v></div>');
    await change(() => document.getElementById('d')?.setAttribute('data-tandem-mask', ''));
    const read = (): Promise<unknown> =>
      page.evaluate(() => {
        const p = window.lab.nodeOf(document.querySelector('p') as Element);
        return [
          p.children[0]?.data,
          p.attributes.get('title'),
          window.lab.nodeOf(document.querySelector('input') as Element).state['value'],
        ];
      });
    expect(await read()).toEqual([MASK, undefined, MASK]);
    await change(() => document.getElementById('d')?.removeAttribute('data-tandem-mask'));
    expect(await read()).toEqual(['words', 'note', 'v']);
    expect(await page.evaluate(() => window.lab.difference())).toBe('');
  });
});
