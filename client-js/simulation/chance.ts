/** Everything that is left to chance in one scenario comes from here: the same seed, the same scenario. */
export interface Chance {
  /** 0 (inclusive) to 1 (exclusive). */
  (): number;
  /** A whole number from `least` to `most`, both inclusive. */
  between(least: number, most: number): number;
  /** True once in so many times. */
  oneIn(times: number): boolean;
}

/** Mulberry32, by Tommy Ettinger: 32 bits of state are plenty for one short scenario. */
export function createChance(seed: number): Chance {
  let state = Math.imul(seed, 0x9e3779b1) >>> 0;
  const draw = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  return Object.assign(draw, {
    between: (least: number, most: number) => least + Math.floor(draw() * (most - least + 1)),
    oneIn: (times: number) => draw() * times < 1,
  });
}
