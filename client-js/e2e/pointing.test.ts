import { type Locator } from '@playwright/test';
import { aim, clickInMirror, middle, mirrored, type Point } from './hand.ts';
import { expect, inMirror, test } from './together.ts';

/** A cursor's tip is its upper left corner; half the thickness of a line may be lost to scaling and rounding. */
const TIP_TOLERANCE_PIXELS = 6;

async function tipOf(cursor: Locator): Promise<Point | undefined> {
  const box = await cursor.boundingBox();
  return box ? { x: box.x, y: box.y } : undefined;
}

const middleOf = async (mark: Locator): Promise<Point | undefined> => {
  const box = await mark.boundingBox();
  return box ? { x: box.x + box.width / 2, y: box.y + box.height / 2 } : undefined;
};

async function expectAt(
  where: () => Promise<Point | undefined>,
  target: () => Promise<Point | undefined>,
  tolerance: number,
): Promise<void> {
  await expect
    .poll(async () => {
      const [at, wanted] = [await where(), await target()];
      return at && wanted ? Math.hypot(at.x - wanted.x, at.y - wanted.y) : Number.POSITIVE_INFINITY;
    })
    .toBeLessThan(tolerance);
}

for (const mode of ['view-only', 'shared'] as const) {
  test.describe(`pointing, ${mode}`, () => {
    test('should show each cursor over the element that the other points at', async ({ consumer, agent, begin }) => {
      await begin(mode);
      const over = await middle(consumer, '#category-cook');
      await consumer.mouse.move(over.x - 40, over.y - 10);
      await consumer.mouse.move(over.x, over.y);
      await expectAt(
        () => tipOf(agent.getByTestId('cursor-consumer')),
        () => mirrored(agent, '#category-cook'),
        TIP_TOLERANCE_PIXELS,
      );

      const mirrorPoint = await aim(agent, '#hero-link');
      await agent.mouse.move(mirrorPoint.x - 30, mirrorPoint.y - 12);
      await agent.mouse.move(mirrorPoint.x, mirrorPoint.y);
      await expect(consumer.getByTestId('cursor-agent')).toContainText('Ada');
      await expectAt(
        () => tipOf(consumer.getByTestId('cursor-agent')),
        () => middle(consumer, '#hero-link'),
        TIP_TOLERANCE_PIXELS,
      );
    });

    test('should keep a cursor on its element while the layouts differ and move', async ({ consumer, agent, begin }) => {
      await begin(mode);
      const point = await aim(agent, '#sort');
      await agent.mouse.move(point.x, point.y);
      await expectAt(
        () => tipOf(consumer.getByTestId('cursor-agent')),
        () => middle(consumer, '#sort'),
        TIP_TOLERANCE_PIXELS,
      );
      await consumer.setViewportSize({ width: 900, height: 760 });
      await expectAt(
        () => tipOf(consumer.getByTestId('cursor-agent')),
        () => middle(consumer, '#sort'),
        TIP_TOLERANCE_PIXELS,
      );
    });

    test('should mark a click with a yellow circle on the other side', async ({ consumer, agent, begin }) => {
      await begin(mode);
      await consumer.locator('#live').click();
      const atAgent = agent.getByTestId('click-mark').last();
      await expect(atAgent).toBeAttached();
      await expect(inMirror(agent, '#live')).toHaveText('Live prices: off');

      const seen = expectAt(
        () => middleOf(consumer.getByTestId('click-mark').last()),
        () => middle(consumer, '#result-count'),
        12,
      );
      await clickInMirror(agent, '#result-count');
      await seen;
    });
  });
}
