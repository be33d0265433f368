import { describe, expect, it } from 'vitest';
import { type Bug, BUGS } from '../../simulation/bugs.ts';
import { simulate } from '../../simulation/scenario.ts';

/** Enough to notice what is broken for all; `npm run simulate` has the many. */
const SEEDS = 300;
/** Each planted bug is found within this many scenarios: the one that shows most rarely does so in 1 of 115. */
const SEEDS_PER_BUG = 1_000;

describe('the simulation of delivery', () => {
  it(`should find nothing wrong in ${SEEDS} scenarios`, () => {
    for (let seed = 1; seed <= SEEDS; seed++) {
      const { violation } = simulate(seed);
      expect(violation, `seed ${seed}; replay it by: npm run simulate -- --seed ${seed}`).toBeUndefined();
    }
  }, 60_000);

  it.each(Object.entries(BUGS))(
    'should notice that, with "%s" planted, %s',
    (bug) => {
      let seed = 1;
      while (seed <= SEEDS_PER_BUG && simulate(seed, bug as Bug).violation === undefined) seed++;
      expect(seed).toBeLessThanOrEqual(SEEDS_PER_BUG);
    },
    60_000,
  );

  it('should be the same again by its seed', () => {
    for (const seed of [7, 1_234_567]) expect(simulate(seed, undefined, true)).toEqual(simulate(seed, undefined, true));
    const first = simulate(7, 'no-epoch', true);
    expect(simulate(7, 'no-epoch', true)).toEqual(first);
  });
});
