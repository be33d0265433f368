import { expect, type Page } from '@playwright/test';
import { inMirror } from './together.ts';

/** What the agent's hand does: the mirror lies under a transparent layer, so everything happens at coordinates of the desk. */

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Parts a selector that leads into frames of the page: `#frame >> #button`. */
const INTO = ' >> ';

/** Where the middle of a mirrored element is painted at the desk, the mirror's scaling included. */
export function mirrored(agent: Page, selector: string): Promise<(Point & { readonly isInside: boolean }) | undefined> {
  return agent.evaluate((path) => {
    const find = (root: ParentNode): HTMLIFrameElement | undefined => {
      const frame = root.querySelector<HTMLIFrameElement>('[data-testid="mirror"]');
      if (frame) return frame;
      for (const element of root.querySelectorAll('*')) {
        const inner = element.shadowRoot && find(element.shadowRoot);
        if (inner) return inner;
      }
      return undefined;
    };
    const frame = find(document);
    const findElement = (root: ParentNode, wanted: string): Element | undefined =>
      root.querySelector(wanted) ??
      [...root.querySelectorAll('*')].flatMap(({ shadowRoot }) => (shadowRoot && findElement(shadowRoot, wanted)) ?? []).at(0);
    let element: Element | undefined;
    const around = { left: 0, top: 0 };
    for (const wanted of path) {
      const { left, top } = element?.getBoundingClientRect() ?? { left: 0, top: 0 };
      around.left += left + (element?.clientLeft ?? 0);
      around.top += top + (element?.clientTop ?? 0);
      const { contentDocument = null } = ((element ?? frame) as HTMLIFrameElement | undefined) ?? {};
      element = contentDocument === null ? undefined : findElement(contentDocument, wanted);
    }
    if (!frame || !element) return undefined;
    const outer = frame.getBoundingClientRect();
    const scale = outer.width / frame.offsetWidth;
    const inner = element.getBoundingClientRect();
    const x = outer.left + (around.left + inner.left + inner.width / 2) * scale;
    const y = outer.top + (around.top + inner.top + inner.height / 2) * scale;
    return { x, y, isInside: x > outer.left && x < outer.right && y > outer.top && y < outer.bottom };
  }, selector.split(INTO));
}

/** Waits until a mirrored element stands still on the visible part of the mirror. @returns its middle */
export async function aim(agent: Page, selector: string): Promise<Point> {
  await expect(inMirror(agent, selector.replaceAll(INTO, ' >> internal:control=enter-frame >> '))).toBeVisible();
  let last: Awaited<ReturnType<typeof mirrored>>;
  await expect
    .poll(
      async () => {
        const before = last;
        last = await mirrored(agent, selector);
        return before !== undefined && last?.isInside === true && Math.hypot(before.x - last.x, before.y - last.y) < 0.5;
      },
      { message: `${selector} stands still in the mirror`, intervals: [50, 100] },
    )
    .toBe(true);
  return last as Point;
}

export async function clickInMirror(agent: Page, selector: string): Promise<void> {
  const { x, y } = await aim(agent, selector);
  await agent.mouse.move(x, y);
  await agent.mouse.click(x, y);
}

export async function typeInMirror(agent: Page, selector: string, text: string): Promise<void> {
  await clickInMirror(agent, selector);
  await agent.keyboard.type(text, { delay: 20 });
}

export async function wheelInMirror(agent: Page, selector: string, pixels: number): Promise<void> {
  const { x, y } = await aim(agent, selector);
  await agent.mouse.move(x, y);
  await agent.mouse.wheel(0, pixels);
}

/** Middle of an element of the page that the browser shows itself. */
export async function middle(page: Page, selector: string): Promise<Point> {
  const box = await page.locator(selector).first().boundingBox();
  if (!box) throw new Error(`${selector} is not shown`);
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}
