import { describe, expect, it } from 'vitest';
import { EVIL, FramedStage, html, iframe, MAP, PAY, SHOP, tagged } from './stage.ts';

const stage = new FramedStage();
const { shows } = stage;

const TIMES = 300;

describe('the relay', () => {
  it('should be asked once for one greeting, however often and as whomever a document answers it', async () => {
    stage.pages[`${PAY}/`] = html(
      'flood',
      `<script>
        addEventListener('message', ({ data, ports: [port] }) => {
          if (!String(data).includes('hello')) return;
          for (let i = 0; i < ${TIMES}; i++) port.postMessage({ origin: 'http://other' + i + '.test', goesOn: false });
          port.postMessage({ origin: 'http://' + 'x'.repeat(100_000), goesOn: false });
        });
      </script>`,
    );
    stage.pages[`${MAP}/`] = tagged('of map');
    await stage.open(`${iframe('pay', `${PAY}/`)}${iframe('map', `${MAP}/`)}`);
    await shows('of map', 'map');
    await expect.poll(() => stage.questions.filter((question) => question.includes('other')).length).toBeGreaterThan(0);
    await stage.page.waitForTimeout(300);
    expect(stage.questions.filter((question) => question.includes('other')).length).toBeLessThanOrEqual(3);
    expect(stage.questions.filter((question) => question.includes('xxx'))).toEqual([]);
  });

  it('should be asked once by a framed document, however often it is greeted', async () => {
    stage.pages[`${EVIL}/`] = html(`${iframe('pay', `${PAY}/`)}<script>
      document.getElementById('pay').onload = ({ target }) => {
        for (let i = 0; i < ${TIMES}; i++)
          target.contentWindow.postMessage('{"tandem":"demo","version":1,"kind":"hello","isLinked":false}', '*', [new MessageChannel().port2]);
      };
    </script>`);
    stage.pages[`${PAY}/`] = tagged('of pay');
    await stage.page.goto(`${EVIL}/`);
    await expect.poll(() => stage.questions.length).toBeGreaterThan(0);
    await stage.page.waitForTimeout(300);
    expect(stage.questions).toHaveLength(1);
  });

  it('should be asked about all pages around a document', async () => {
    stage.pages[`${EVIL}/`] = html(iframe('shop', `${SHOP}/`));
    stage.pages[`${SHOP}/`] = html(`${iframe('pay', `${PAY}/`)}<script>
      document.getElementById('pay').onload = ({ target }) =>
        target.contentWindow.postMessage('{"tandem":"demo","version":1,"kind":"hello","isLinked":false}', '*', [new MessageChannel().port2]);
    </script>`);
    stage.pages[`${PAY}/`] = tagged('of pay');
    await stage.page.goto(`${EVIL}/`);
    await expect.poll(() => stage.questions.length).toBe(1);
    const { searchParams } = new URL(stage.questions[0] ?? '', PAY);
    expect([searchParams.get('frame'), searchParams.getAll('around').sort()]).toEqual([PAY, [EVIL, SHOP]]);
  });
});
