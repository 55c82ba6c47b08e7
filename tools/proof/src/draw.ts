/** Chance from a seed: the same seed draws the same numbers, on every machine. */
export interface Draw {
  /** Uniform in [0, 1). */
  next(): number;
  /** Uniform whole number in [from, to]. */
  whole(from: number, to: number): number;
  pick<T>(of: readonly T[]): T;
  /** True with this probability. */
  chance(probability: number): boolean;
  /** A source of its own, so that a further draw here changes nothing there. */
  fork(label: string): Draw;
}

/** mulberry32 (public domain, Tommy Ettinger 2017). */
export function drawFrom(seed: number): Draw {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
  const whole = (from: number, to: number) => from + Math.floor(next() * (to - from + 1));
  return {
    next,
    whole,
    pick: (of) => {
      if (of.length === 0) throw new RangeError('nothing to pick from');
      return of[whole(0, of.length - 1)]!;
    },
    chance: (probability) => next() < probability,
    fork: (label) => drawFrom(hash(`${seed} ${label}`)),
  };
}

/** FNV-1a, 32 bits (Fowler, Noll, Vo 1991). */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const byte of Buffer.from(text)) value = Math.imul(value ^ byte, 0x01000193) >>> 0;
  return value;
}
