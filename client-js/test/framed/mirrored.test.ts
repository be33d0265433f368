import { describe, expect, it } from 'vitest';
import { EVIL, FramedStage, html, iframe, MAP, PAY, SHOP, TAG, tagged } from './stage.ts';

const stage = new FramedStage();
const { shows, isEmpty } = stage;

describe('a frame of another origin that carries the tag', () => {
  it('should be mirrored, and follow what happens in it', async () => {
    stage.pages[`${PAY}/`] = tagged(
      '<style>p { color: rgb(1, 2, 3) }</style><p id="p">Pay here</p><input id="name" value="Grace"><ul></ul>',
    );
    await stage.open(`<h1>Shop</h1>${iframe('pay', `${PAY}/`)}`);
    await shows('Pay here', 'pay');
    await stage.frameAt(`${PAY}/`).evaluate(() => {
      document.querySelector('ul')?.append('one more');
      (document.getElementById('name') as HTMLInputElement).value = 'Grace Hopper';
    });
    await shows('one more', 'pay');
    const shown = await stage.page.evaluate(() => {
      const inner = outerLab.inner('pay') as Document;
      return {
        color: inner.defaultView?.getComputedStyle(inner.querySelector('p') as Element).color,
        name: (inner.getElementById('name') as HTMLInputElement).value,
      };
    });
    expect(shown).toEqual({ color: 'rgb(1, 2, 3)', name: 'Grace Hopper' });
    expect(await stage.broken()).toEqual([]);
  });

  it('should be mirrored inside frames of the same origin, on either side', async () => {
    stage.pages[`${PAY}/`] = tagged(`Pay ${iframe('own', `${PAY}/own`)}`);
    stage.pages[`${PAY}/own`] = html('in a frame of its own');
    stage.pages[`${SHOP}/around`] = html(iframe('pay', `${PAY}/`));
    await stage.open(iframe('around', `${SHOP}/around`));
    await shows('Pay', 'around', 'pay');
    await shows('in a frame of its own', 'around', 'pay', 'own');
  });

  it('should be mirrored with frames of other origins in it, four deep and no deeper', async () => {
    stage.pages[`${PAY}/1`] = tagged(`first ${iframe('in', `${MAP}/2`)}`);
    stage.pages[`${MAP}/2`] = tagged(`second ${iframe('in', `${PAY}/3`)}`);
    stage.pages[`${PAY}/3`] = tagged(`third ${iframe('in', `${MAP}/4`)}`);
    stage.pages[`${MAP}/4`] = tagged(`fourth ${iframe('in', `${PAY}/5`)}`);
    stage.pages[`${PAY}/5`] = tagged('fifth');
    await stage.open(iframe('in', `${PAY}/1`));
    await shows('first', 'in');
    await shows('second', 'in', 'in');
    await shows('third', 'in', 'in', 'in');
    await shows('fourth', 'in', 'in', 'in', 'in');
    await stage.frameAt(`${MAP}/4`).evaluate(() => document.body.prepend('changed '));
    await shows('changed fourth', 'in', 'in', 'in', 'in');
    await isEmpty('in', 'in', 'in', 'in', 'in');
    expect(await stage.broken()).toEqual([]);
  });

  it('should be mirrored where its tag is loaded late, or a form fills the frame', async () => {
    stage.pages[`${PAY}/late`] = html(
      'late',
      `<script>setTimeout(() => { const tag = document.createElement('script'); tag.dataset.brand = 'demo'; tag.src = 'http://relay.test/tandem.js'; document.head.append(tag); }, 700)</script>`,
    );
    stage.pages[`${PAY}/filled`] = tagged('filled');
    await stage.open(`${iframe('late', `${PAY}/late`)}<iframe id="filled" name="filled" width="300" height="100"></iframe>
      <form target="filled" action="${PAY}/filled"></form><script>document.forms[0].submit()</script>`);
    await shows('filled', 'filled');
    await shows('late', 'late');
  });
});

describe('what is not in the tree of a framed document', () => {
  it('should be mirrored as that of a page: closed shadow roots, and what moves', async () => {
    stage.pages[`${PAY}/`] = tagged(`of pay <p id="moves">moves</p><p id="host"></p><script>
      document.getElementById('moves').animate([{ opacity: 0.25 }, { opacity: 0.75 }], { duration: 1_000_000, fill: 'both' }).pause();
      document.getElementById('host').attachShadow({ mode: 'closed' }).innerHTML = '<b>closed</b>';
    </script>`);
    await stage.open(iframe('pay', `${PAY}/`));
    await shows('of pay', 'pay');
    const shown = (): Promise<unknown> =>
      stage.page.evaluate(() => {
        const inner = outerLab.inner('pay') as Document;
        const opacity = getComputedStyle(inner.getElementById('moves') as Element).opacity;
        return [opacity, inner.getElementById('host')?.shadowRoot?.textContent];
      });
    await expect.poll(shown, { timeout: 5_000 }).toEqual(['0.25', 'closed']);
  });
});

describe('a frame whose document has a strict policy', () => {
  it('should be mirrored without a word in anybody’s console', async () => {
    const complaints: string[] = [];
    stage.page.on('console', (message) => complaints.push(message.text()));
    const policy = "default-src 'none'; script-src http://relay.test; connect-src http://relay.test";
    stage.pages[`${PAY}/`] = html('of pay', `<meta http-equiv="Content-Security-Policy" content="${policy}">${TAG}`);
    await stage.open(iframe('pay', `${PAY}/`));
    await shows('of pay', 'pay');
    await expect.poll(() => stage.frameAt(`${PAY}/`).evaluate(() => document.querySelector('tandem-ui') !== null)).toBe(true);
    const layer = await stage
      .frameAt(`${PAY}/`)
      .evaluate(() => getComputedStyle(document.querySelector('tandem-ui')?.shadowRoot?.querySelector('div') as Element).pointerEvents);
    expect(layer).toBe('none');
    expect(complaints).toEqual([]);
  });
});

describe('what becomes of a frame', () => {
  it('should show its next document, and none where that is a stranger’s', async () => {
    stage.pages[`${PAY}/`] = tagged('first');
    stage.pages[`${PAY}/next`] = tagged('second');
    stage.pages[`${EVIL}/`] = tagged('a stranger');
    await stage.open(iframe('pay', `${PAY}/`));
    await shows('first', 'pay');
    await stage.frameAt(`${PAY}/`).evaluate(() => location.assign('/next'));
    await shows('second', 'pay');
    await stage.page.evaluate((src) => document.getElementById('pay')?.setAttribute('src', src), `${EVIL}/`);
    await isEmpty('pay');
    expect(await stage.broken()).toEqual([]);
  });

  it('should show a document of the page’s own origin in its place, and the other again', async () => {
    stage.pages[`${PAY}/`] = tagged('of pay');
    stage.pages[`${SHOP}/own`] = html('of shop');
    await stage.open(iframe('pay', `${PAY}/`));
    await shows('of pay', 'pay');
    await stage.page.evaluate((src) => document.getElementById('pay')?.setAttribute('src', src), `${SHOP}/own`);
    await shows('of shop', 'pay');
    await stage.page.evaluate((src) => document.getElementById('pay')?.setAttribute('src', src), `${PAY}/`);
    await shows('of pay', 'pay');
    expect(await stage.broken()).toEqual([]);
  });

  it('should be gone with its frame, and come with another', async () => {
    stage.pages[`${PAY}/`] = tagged('of pay');
    await stage.open(iframe('pay', `${PAY}/`));
    await shows('of pay', 'pay');
    await stage.page.evaluate(() => document.getElementById('pay')?.remove());
    await expect.poll(() => stage.page.evaluate(() => outerLab.mirror.document?.querySelector('iframe'))).toBeNull();
    await stage.page.evaluate((src) => {
      document.body.append(Object.assign(document.createElement('iframe'), { id: 'again', src }));
    }, `${PAY}/`);
    await shows('of pay', 'again');
  });

  it('should be told anew with the page', async () => {
    stage.pages[`${PAY}/`] = tagged(`outer ${iframe('map', `${MAP}/`)}`);
    stage.pages[`${MAP}/`] = tagged('inner');
    await stage.open(iframe('pay', `${PAY}/`));
    await shows('inner', 'pay', 'map');
    await stage.page.evaluate(() => {
      document.body.append('changed');
      outerLab.capture.keyframe(true);
    });
    await expect.poll(() => stage.page.evaluate(() => outerLab.mirror.document?.body.textContent)).toContain('changed');
    await shows('outer', 'pay');
    await shows('inner', 'pay', 'map');
    expect(await stage.broken()).toEqual([]);
  });

  it('should wait in the frame while there is no room, and go on when there is', async () => {
    stage.pages[`${PAY}/`] = tagged('<p>at first</p>');
    await stage.open(iframe('pay', `${PAY}/`));
    await shows('at first', 'pay');
    await stage.page.evaluate(() => void (outerLab.hasRoom = false));
    await stage.frameAt(`${PAY}/`).evaluate(async () => {
      for (let i = 0; i < 300; i++) {
        document.body.append(Object.assign(document.createElement('p'), { textContent: `row ${i} ${Math.random()}`.repeat(40) }));
        if (i % 20 === 0) await new Promise((resume) => setTimeout(resume, 30));
      }
      document.body.append('the end');
    });
    await stage.page.evaluate(() => {
      outerLab.hasRoom = true;
      outerLab.capture.goOn();
    });
    await shows('the end', 'pay');
    expect(await stage.broken()).toEqual([]);
  });

  it('should leave nothing in the frame when the session ends', async () => {
    stage.pages[`${PAY}/`] = tagged('<p>at first</p>');
    await stage.open(iframe('pay', `${PAY}/`));
    await shows('at first', 'pay');
    const frame = stage.frameAt(`${PAY}/`);
    const hasOwnParts = (): Promise<boolean> => frame.evaluate(() => document.querySelector('tandem-ui') !== null);
    expect(await hasOwnParts()).toBe(true);
    await stage.page.evaluate(() => outerLab.stop());
    await expect.poll(hasOwnParts).toBe(false);
    const before = await stage.page.evaluate(() => outerLab.sent().length);
    await frame.evaluate(() => document.body.append('never told'));
    await stage.page.evaluate(() => new Promise((resume) => setTimeout(resume, 300)));
    expect(await stage.page.evaluate(() => outerLab.sent().length)).toBe(before);
  });
});
