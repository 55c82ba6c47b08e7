/** mulberry32: the same draws for the same seed. */
export class Draws {
  constructor(private state: number) {}

  chance(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** From `min` to `max`, both possible. */
  whole(min: number, max: number): number {
    return min + Math.floor(this.chance() * (max - min + 1));
  }

  pick<T>(from: readonly T[]): T {
    return from[this.whole(0, from.length - 1)]!;
  }

  /** Different numbers, upwards. */
  some(count: number, min: number, max: number): number[] {
    const drawn = new Set(Array.from({ length: count }, () => this.whole(min, max)));
    return [...drawn].sort((one, other) => one - other);
  }
}

/** One field of a cron expression, as text and as what it means. */
export interface DrawnField {
  text: string;
  has(value: number): boolean;
}

export function drawField(draws: Draws, min: number, max: number, asterisks: number): DrawnField {
  if (draws.chance() < asterisks) return { text: '*', has: () => true };
  const [from = min, to = max] = [draws.whole(min, max), draws.whole(min, max)].sort((one, other) => one - other);
  const step = draws.whole(2, Math.max(2, Math.floor((max - min) / 2)));
  const list = draws.some(draws.whole(1, 4), min, max);
  const every = (value: number) => (value - min) % step === 0;
  const inRange = (value: number) => value >= from && value <= to;
  return draws.pick<DrawnField>([
    { text: list.join(','), has: (value) => list.includes(value) },
    { text: `${from}`, has: (value) => value === from },
    { text: `${from}-${to}`, has: inRange },
    { text: `*/${step}`, has: every },
    { text: `${from}-${to}/${step}`, has: (value) => inRange(value) && (value - from) % step === 0 },
  ]);
}
