/** Fires when the gateway begins to stop: requests that only wait then answer with what there is. */
export class StopSignal {
  private readonly controller = new AbortController();
  /** Resolves once. */
  readonly fired = new Promise<void>((resolve) => {
    this.controller.signal.addEventListener('abort', () => resolve(), { once: true });
  });

  fire(): void {
    this.controller.abort();
  }
}
