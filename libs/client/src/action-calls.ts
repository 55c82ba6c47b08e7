import { pause } from './back-off.js';
import { type Calls, only, pathTo } from './calls.js';
import type { Action, BeginActionRequest } from './types/action.js';
import type { Items } from './types/read.js';
import { WindlassError } from './windlass-error.js';

export interface WaitForActionOptions {
  /** Default: one hour. */
  timeoutMs?: number;
  /** Called after each look. */
  onProgress?: (action: Action) => void;
  signal?: AbortSignal;
}

const DEFAULT_TIMEOUT_MS = 3_600_000;
/** The service works on it about once a second. */
const POLL_MS = 1_000;

/** Bulk actions on jobs of the tenant. */
export class ActionCalls {
  constructor(private readonly calls: Calls) {}

  /** Never repeated by itself: it would begin twice. */
  begin(request: BeginActionRequest): Promise<Action> {
    return this.calls.json({ method: 'POST', path: pathTo('jobs', 'actions'), json: request, repeatable: false });
  }

  get(id: string, options: { signal?: AbortSignal } = {}): Promise<Action> {
    return this.calls.read(pathTo('jobs', 'actions', id), only(options.signal));
  }

  /** Newest first, at most 100. */
  async list(): Promise<Action[]> {
    return (await this.calls.read<Items<Action>>(pathTo('jobs', 'actions'))).items;
  }

  /** What it has done stays done. One that has ended answers as it is. */
  stop(id: string): Promise<Action> {
    return this.calls.json({ method: 'DELETE', path: pathTo('jobs', 'actions', id), repeatable: true });
  }

  /** Resolves with the ended action, however it ended. Rejects `client.timeout` when it has not. */
  async wait(id: string, options: WaitForActionOptions = {}): Promise<Action> {
    const { timeoutMs = DEFAULT_TIMEOUT_MS, signal } = options;
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const action = await this.get(id, only(signal));
      options.onProgress?.(action);
      if (action.state !== 'running') return action;
      const leftMs = deadline - performance.now();
      if (leftMs <= 0) {
        throw new WindlassError('client.timeout', `Action ${id} still runs; it goes on without you.`, 0);
      }
      await pause(Math.min(POLL_MS, leftMs), signal);
    }
  }
}
