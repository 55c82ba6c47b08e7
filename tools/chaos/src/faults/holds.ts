/** All of its kind are in another fault's hands at the moment, or there are none. */
export class NothingFree extends Error {}

/** Names that faults have in hand. */
export class Holds {
  private readonly taken: Set<string>;
  private readonly own = new Set<string>();

  constructor(shared?: Holds) {
    this.taken = shared?.taken ?? new Set();
  }

  /** Takes those of `names` that are free. @throws NothingFree when none is */
  free<T extends string>(names: readonly T[]): T[] {
    const free = names.filter((name) => !this.taken.has(name) || this.own.has(name));
    if (free.length === 0) throw new NothingFree(`${names.join(', ')} are in another fault's hands`);
    return free;
  }

  /** @throws NothingFree when one of them is in other hands */
  take(...names: string[]): void {
    const busy = names.filter((name) => this.taken.has(name) && !this.own.has(name));
    if (busy.length > 0) throw new NothingFree(`${busy.join(', ')} are in another fault's hands`);
    for (const name of names) {
      this.taken.add(name);
      this.own.add(name);
    }
  }

  /** Of this fault, not those of others. */
  release(): void {
    for (const name of this.own) this.taken.delete(name);
    this.own.clear();
  }
}
