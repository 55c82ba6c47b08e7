/**
 * Something that ends once. Listeners are removed when they are no longer needed: a promise that lives as long as the process
 * would keep whatever was ever raced against it.
 */
export class EndSignal {
  private readonly listeners = new Set<() => void>();
  private ended = false;

  get fired(): boolean {
    return this.ended;
  }

  fire(): void {
    if (this.ended) return;
    this.ended = true;
    const listeners = [...this.listeners];
    this.listeners.clear();
    for (const listener of listeners) listener();
  }

  /** Called at once when it has fired already. Answers the way to stop listening. */
  listen(listener: () => void): () => void {
    if (this.ended) listener();
    else this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  /** What `work` brings, or undefined as soon as this fires. The work goes on; its failure is then nobody's. */
  async orEnd<T>(work: Promise<T>): Promise<T | undefined> {
    let unlisten = () => {};
    const end = new Promise<undefined>((resolve) => {
      unlisten = this.listen(() => resolve(undefined));
    });
    try {
      return await Promise.race([work, end]);
    } finally {
      unlisten();
      work.catch(() => undefined);
    }
  }
}
