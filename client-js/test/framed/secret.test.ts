import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { FramedStage, html, iframe, MAP, PAY, SHOP, tagged } from './stage.ts';

const stage = new FramedStage();
const { shows, isEmpty } = stage;

const secret = (): string => `q${randomBytes(8).toString('hex')}`;
/** What was said until now has been told, or never will be: longer than any batch waits, and than it is asked whether it may be seen. */
const SETTLED_MILLIS = 600;

const hasLeft = async (text: string): Promise<boolean> => {
  await stage.page.waitForTimeout(SETTLED_MILLIS);
  return stage.page.evaluate((wanted) => outerLab.sent().includes(wanted), text);
};

describe('what is secret in a frame', () => {
  it('should not leave it, by the rules of its own tag', async () => {
    const hidden = [secret(), secret(), secret()];
    stage.pages[`${PAY}/`] = tagged(
      `Pay <input type="password" value="${hidden[0]}"><input autocomplete="cc-number" value="${hidden[1]}"><p data-tandem-mask>${hidden[2]}</p>`,
    );
    await stage.open(iframe('pay', `${PAY}/`));
    await shows('Pay', 'pay');
    for (const text of hidden) expect(await hasLeft(text)).toBe(false);
  });

  it('should stay secret where a password was shown before there was a session', async () => {
    const password = secret();
    stage.pages[`${PAY}/`] = tagged(
      `Pay <input id="p" type="password" value="${password}"><script>addEventListener('DOMContentLoaded', () => setTimeout(() => { p.type = 'text'; }, 50))</script>`,
    );
    stage.pages[`${SHOP}/`] = html(`<script src="http://relay.test/outer.js"></script>${iframe('pay', `${PAY}/`)}`);
    await stage.page.goto(`${SHOP}/`);
    await expect.poll(() => stage.frameAt(`${PAY}/`).evaluate(() => (document.getElementById('p') as HTMLInputElement).type)).toBe('text');
    await stage.page.evaluate(() => void (globalThis.outerLab = outer.start()));
    await shows('Pay', 'pay');
    expect(await hasLeft(password)).toBe(false);
  });
});

describe('what a frame shows in a pause', () => {
  it('should not be sent, then or later', async () => {
    const text = secret();
    stage.pages[`${PAY}/`] = tagged('<p id="p">before</p>');
    await stage.open(iframe('pay', `${PAY}/`));
    await shows('before', 'pay');
    await stage.page.evaluate(() => void (outerLab.hasRoom = false));
    await stage.frameAt(`${PAY}/`).evaluate((shown) => void ((document.getElementById('p') as Element).textContent = shown), text);
    await stage.page.waitForTimeout(SETTLED_MILLIS);
    await stage.frameAt(`${PAY}/`).evaluate(() => void ((document.getElementById('p') as Element).textContent = 'after'));
    await stage.page.evaluate(() => {
      outerLab.hasRoom = true;
      outerLab.capture.keyframe(true);
    });
    await shows('after', 'pay');
    expect(await hasLeft(text)).toBe(false);
  });
});

describe('a frame that the page around it masks', () => {
  it('should not be captured, until it is masked no more', async () => {
    const text = secret();
    stage.pages[`${PAY}/`] = tagged(text);
    await stage.open(`<div id="around" data-tandem-mask>${iframe('pay', `${PAY}/`)}</div>`);
    expect(await hasLeft(text)).toBe(false);
    expect(await stage.frameAt(`${PAY}/`).evaluate(() => document.querySelector('tandem-ui'))).toBeNull();
    await stage.page.evaluate(() => document.getElementById('around')?.removeAttribute('data-tandem-mask'));
    await shows(text, 'pay');
  });

  it('should be gone at once, with nothing that is put into it from then on', async () => {
    const text = secret();
    stage.pages[`${PAY}/`] = tagged('<p>open</p><script>addEventListener("message", ({ data }) => document.body.append(data))</script>');
    await stage.open(iframe('pay', `${PAY}/`));
    await shows('open', 'pay');
    await stage.page.evaluate((said) => {
      const frame = document.getElementById('pay') as HTMLIFrameElement;
      frame.contentWindow?.postMessage(said, '*');
      frame.setAttribute('data-tandem-mask', '');
      // What the frame's tag sends now comes while this page is busy.
      const until = performance.now() + 150;
      while (performance.now() < until);
    }, text);
    await isEmpty('pay');
    expect(await hasLeft(text)).toBe(false);
  });

  it('should be gone at once where it is in a frame that masks it', async () => {
    const text = secret();
    stage.pages[`${PAY}/`] = tagged(`outer ${iframe('map', `${MAP}/`)}`);
    stage.pages[`${MAP}/`] = tagged('<p>open</p><script>addEventListener("message", ({ data }) => document.body.append(data))</script>');
    await stage.open(iframe('pay', `${PAY}/`));
    await shows('open', 'pay', 'map');
    await stage.frameAt(`${PAY}/`).evaluate((said) => {
      const frame = document.getElementById('map') as HTMLIFrameElement;
      frame.contentWindow?.postMessage(said, '*');
      const until = performance.now() + 150;
      while (performance.now() < until);
      frame.setAttribute('data-tandem-mask', '');
    }, text);
    await isEmpty('pay', 'map');
    await shows('outer', 'pay');
    expect(await hasLeft(text)).toBe(false);
    await stage.frameAt(`${PAY}/`).evaluate(() => document.getElementById('map')?.removeAttribute('data-tandem-mask'));
    await shows(text, 'pay', 'map');
  });
});

describe('a frame that nobody can see', () => {
  it('should be captured while it has a box, and not else', async () => {
    const text = secret();
    stage.pages[`${PAY}/`] = tagged(text);
    await stage.open(`<div id="around" style="display:none">${iframe('pay', `${PAY}/`)}</div>`);
    expect(await hasLeft(text)).toBe(false);
    await stage.page.evaluate(() => document.getElementById('around')?.removeAttribute('style'));
    await shows(text, 'pay');
    await stage.page.evaluate(() => document.getElementById('around')?.setAttribute('style', 'display:none'));
    await isEmpty('pay');
  });
});
