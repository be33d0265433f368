import { beforeEach, describe, expect, it } from 'vitest';
import { FrameType } from '../../src/protocol/frame-type.ts';
import { ANSWER_MILLIS } from '../../src/framed/link.ts';
import { frameOf } from '../../src/protocol/framed-id.ts';
import { FramedStage, iframe, MAP, PAY, tagged } from './stage.ts';

const stage = new FramedStage();
const { shows } = stage;

const PAGE =
  tagged(`of pay <button id="button" onclick="this.textContent = 'clicked'">Go</button><input id="name"><input id="password" type="password">
  <select id="select"><option>a</option><option>b</option></select><div data-tandem-readonly><button id="proof" onclick="this.textContent = 'clicked'">Pay</button></div>
  <div id="box" style="width:50px;height:50px;overflow:auto"><div style="height:500px">tall</div></div>${iframe('map', `${MAP}/`)}`);

beforeEach(async () => {
  stage.pages[`${PAY}/`] = PAGE;
  stage.pages[`${MAP}/`] = tagged('of map <button id="deep" onclick="this.textContent = `clicked`">Deep</button><input id="deep-name">');
  await stage.open(`<input id="search"><div id="around">${iframe('pay', `${PAY}/`)}</div>`);
  await shows('of map', 'pay', 'map');
});

const pay = (): ReturnType<FramedStage['frameAt']> => stage.frameAt(`${PAY}/`);
const map = (): ReturnType<FramedStage['frameAt']> => stage.frameAt(`${MAP}/`);

/** The agent clicks. @returns what came of it */
const click = (selector: string, path: readonly string[] = ['pay'], isBusy = false): Promise<string> =>
  stage.page.evaluate(
    ([type, wanted, ids, busy]) => {
      const node = outerLab.idOf(wanted, ...ids);
      return outerLab.act({ type, node, x: 30_000, y: 30_000, button: 0, modifiers: 0, clicks: 1 }, busy);
    },
    [FrameType.CLICK, selector, path, isBusy] as const,
  );

const on = (type: typeof FrameType.FOCUS | typeof FrameType.HIGHLIGHT, selector: string, ...path: string[]): Promise<string> =>
  stage.page.evaluate(([of, wanted, ids]) => outerLab.act({ type: of, node: outerLab.idOf(wanted, ...ids) }), [
    type,
    selector,
    path,
  ] as const);

/** Has the script of a framed document stand still. @returns what lets it go on */
async function hold(): Promise<() => Promise<void>> {
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  const address = `${PAY}/held`;
  await stage.context.route(address, async (route) => {
    await released;
    await route.fulfill({ body: '' });
  });
  const stands = stage.page.waitForRequest(address);
  const goesOn = pay().evaluate(() => {
    const request = new XMLHttpRequest();
    request.open('GET', '/held', false);
    request.send();
  });
  await stands;
  return () => {
    release();
    return goesOn;
  };
}

const textOf = (frame: ReturnType<FramedStage['frameAt']>, selector: string): Promise<string | null> =>
  frame.evaluate((wanted) => document.querySelector(wanted)?.textContent ?? null, selector);

describe('an action in a frame of another origin', () => {
  it('should be carried out there', async () => {
    expect(await click('#button')).toBe('applied');
    await expect.poll(() => textOf(pay(), '#button')).toBe('clicked');
    await shows('clicked', 'pay');
    const others = await stage.page.evaluate(
      ([input, select, scroll]) =>
        Promise.all([
          outerLab.act({ type: input, node: outerLab.idOf('#name', 'pay'), value: 'Grace', commit: true }),
          outerLab.act({ type: select, node: outerLab.idOf('#select', 'pay'), indices: [1] }),
          outerLab.act({ type: scroll, node: outerLab.idOf('#box', 'pay'), left: 0, top: 120 }),
        ]),
      [FrameType.INPUT, FrameType.SELECT, FrameType.SCROLL_TO] as const,
    );
    expect(others).toEqual(['applied', 'applied', 'applied']);
  });

  it('should be carried out in a frame inside that', async () => {
    expect(await click('#deep', ['pay', 'map'])).toBe('applied');
    await expect.poll(() => textOf(map(), '#deep')).toBe('clicked');
  });

  it('should highlight texts there, and none of several documents', async () => {
    const highlight = (selector: string, ...path: string[]): Promise<string> =>
      stage.page.evaluate(
        ([type, wanted, ids]) => {
          const around = outerLab.idOf('#button', 'pay');
          const text = outerLab.inner(...ids)?.querySelector(wanted)?.firstChild;
          const id = (text && outerLab.mirror.idOf(text)) ?? 0;
          return outerLab.act({ type, node: around, ranges: [{ start: id, startOffset: 0, end: id, endOffset: 2 }] });
        },
        [FrameType.HIGHLIGHT, selector, path] as const,
      );
    expect(await highlight('#button', 'pay')).toBe('applied');
    await expect.poll(() => pay().getByTestId('highlight').count()).toBe(1);
    expect(await highlight('#deep', 'pay', 'map')).toBe('no-such-node');
  });

  it('should be refused for what is masked there, or not for agents', async () => {
    expect(await click('#password')).toBe('masked');
    expect(await click('#proof')).toBe('agent-proof');
    expect(await on(FrameType.HIGHLIGHT, '#proof', 'pay')).toBe('applied');
    expect(await textOf(pay(), '#proof')).toBe('Pay');
  });

  it('should be refused where the frame is not for agents, in the page or in a frame around it', async () => {
    await pay().evaluate(() => document.getElementById('map')?.setAttribute('data-tandem-readonly', ''));
    expect(await click('#deep', ['pay', 'map'])).toBe('agent-proof');
    expect(await click('#button')).toBe('applied');
    await stage.page.evaluate(() => document.getElementById('around')?.setAttribute('data-tandem-readonly', ''));
    expect(await click('#button')).toBe('agent-proof');
    expect(await on(FrameType.HIGHLIGHT, '#button', 'pay')).toBe('applied');
    expect(await textOf(map(), '#deep')).toBe('Deep');
  });

  it('should be refused by the frame itself where the session does not allow it', async () => {
    await stage.page.evaluate(() => {
      outerLab.session = { ...outerLab.session, mode: 'view-only' };
      outerLab.frames?.update();
    });
    expect(await click('#button')).toBe('mode-forbids');
    expect(await textOf(pay(), '#button')).toBe('Go');
  });

  it('should not take the focus from where the consumer types, in whichever document', async () => {
    expect(await on(FrameType.FOCUS, '#name', 'pay')).toBe('applied');
    const busy = await stage.page.evaluate((type) => outerLab.act({ type, node: outerLab.idOf('#name', 'pay') }, true), FrameType.FOCUS);
    expect(busy).toBe('consumer-typing');
    await pay().locator('#name').pressSequentially('Gr');
    await expect.poll(() => stage.page.evaluate(() => outerLab.frames?.isBusy())).toBe(true);
    expect(await on(FrameType.FOCUS, '#deep-name', 'pay', 'map')).toBe('consumer-typing');
    expect(await on(FrameType.FOCUS, '#name', 'pay')).toBe('consumer-typing');
    await expect.poll(() => stage.page.evaluate(() => outerLab.frames?.isBusy()), { timeout: 5_000 }).toBe(false);
    expect(await on(FrameType.FOCUS, '#deep-name', 'pay', 'map')).toBe('applied');
  });

  it('should be refused where the document is gone, or silent', async () => {
    const [gone, stuck] = await stage.page.evaluate(() => [outerLab.idOf('#deep', 'pay', 'map'), outerLab.idOf('#button', 'pay')]);
    await pay().evaluate(() => document.getElementById('map')?.remove());
    const act = (node: number | undefined): Promise<string> =>
      stage.page.evaluate(([type, id]) => outerLab.act({ type, node: id, x: 0, y: 0, button: 0, modifiers: 0, clicks: 1 }), [
        FrameType.CLICK,
        node ?? 0,
      ] as const);
    await expect.poll(() => act(gone)).toBe('no-such-node');
    const free = await hold();
    expect(await act(stuck)).toBe('no-such-node');
    // Once it was silent, nobody waits for it again until it is heard: the answer is there before half of that time is over.
    const isThere = stage.page.evaluate(
      ([type, node, millis]) =>
        Promise.race([
          outerLab.act({ type, node, x: 0, y: 0, button: 0, modifiers: 0, clicks: 1 }).then((refusal) => refusal === 'no-such-node'),
          new Promise<boolean>((resolve) => setTimeout(() => resolve(false), millis)),
        ]),
      [FrameType.CLICK, stuck, ANSWER_MILLIS / 2] as const,
    );
    expect(await isThere).toBe(true);
    await free();
    await expect.poll(() => act(stuck)).toBe('applied');
    expect(await textOf(pay(), '#button')).toBe('clicked');
  });
});

describe('where somebody points in a frame of another origin', () => {
  it('should be told of the consumer by the ids that the viewer knows, and that they are gone once they are', async () => {
    await pay().locator('#button').hover();
    await expect.poll(() => stage.page.evaluate(() => outerLab.pointed.at(-1))).toMatchObject({ type: FrameType.CURSOR });
    const isRight = (): Promise<boolean> =>
      stage.page.evaluate(() => outerLab.pointed.at(-1)?.node === outerLab.idOf('#button', 'pay') && outerLab.pointed.at(-1)?.node !== 0);
    await expect.poll(isRight).toBe(true);
    await map().locator('#deep').hover();
    await expect.poll(() => stage.page.evaluate(() => outerLab.pointed.at(-1)?.node === outerLab.idOf('#deep', 'pay', 'map'))).toBe(true);
    await pay().locator('#name').pressSequentially('G');
    const typed = (): Promise<readonly number[]> =>
      stage.page.evaluate((type) => outerLab.pointed.filter((pointer) => pointer.type === type).map(({ node }) => node), FrameType.TYPING);
    await expect.poll(typed, { timeout: 5_000 }).toEqual([await stage.page.evaluate(() => outerLab.idOf('#name', 'pay')), 0]);
    await stage.page.mouse.move(900, 700);
    await expect.poll(() => stage.page.evaluate(() => outerLab.pointed.at(-1)?.node)).toBe(0);
  });

  it('should be shown of the agent in the frame, and nowhere else', async () => {
    const point = (selector: string, ...path: string[]): Promise<void> =>
      stage.page.evaluate(([type, wanted, ids]) => outerLab.point({ type, node: outerLab.idOf(wanted, ...ids), x: 0, y: 0 }), [
        FrameType.CURSOR,
        selector,
        path,
      ] as const);
    const cursors = (frame: ReturnType<FramedStage['frameAt']>): Promise<number> => frame.getByTestId('cursor-agent').count();
    await point('#button', 'pay');
    await expect.poll(() => cursors(pay())).toBe(1);
    await point('#deep', 'pay', 'map');
    await expect.poll(() => cursors(map())).toBe(1);
    await expect.poll(() => cursors(pay())).toBe(0);
    await point('#search');
    await expect.poll(() => cursors(map())).toBe(0);
  });

  it('should have the focus where the consumer has it', async () => {
    const focused = (): Promise<number | undefined> => stage.page.evaluate(() => outerLab.focused.at(-1));
    await map().locator('#deep-name').focus();
    await expect.poll(focused).toBe(await stage.page.evaluate(() => outerLab.idOf('#deep-name', 'pay', 'map')));
    await pay().locator('#name').focus();
    await expect.poll(focused).toBe(await stage.page.evaluate(() => outerLab.idOf('#name', 'pay')));
    await stage.page.locator('#search').focus();
    await expect.poll(async () => frameOf((await focused()) ?? 0)).toBe(0);
    expect(await focused()).toBe(await stage.page.evaluate(() => outerLab.idOf('#search')));
  });
});
