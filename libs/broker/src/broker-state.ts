type State = 'up' | 'down';

/** A broker's state and those who want to hear of its changes. */
export class BrokerState {
  private state: State = 'down';
  private readonly listeners = new Set<(state: State) => void>();

  constructor(private readonly onListenerError: (error: unknown) => void) {}

  get current(): State {
    return this.state;
  }

  subscribe(listener: (state: State) => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  set(state: State): void {
    if (state === this.state) return;
    this.state = state;
    for (const listener of [...this.listeners]) {
      try {
        listener(state);
      } catch (error) {
        this.onListenerError(error);
      }
    }
  }
}
