import { type Calls, pathTo } from './calls.js';
import type { Action } from './types/action.js';
import type { PutQueueRequest, Queue } from './types/queue.js';
import type { Items } from './types/read.js';

/** Queues of the installation. Scopes `queues:read` and `queues:write`. */
export class QueueCalls {
  constructor(private readonly calls: Calls) {}

  async list(): Promise<Queue[]> {
    return (await this.calls.read<Items<Queue>>(pathTo('queues'))).items;
  }

  get(name: string): Promise<Queue> {
    return this.calls.read(pathTo('queues', name));
  }

  /** Makes a named queue where there is none; else changes what is given. */
  put(name: string, settings: PutQueueRequest = {}): Promise<Queue> {
    return this.calls.json({ method: 'PUT', path: pathTo('queues', name), json: settings, repeatable: true });
  }

  /** Nothing more starts from it; what runs goes on, and submissions are accepted. */
  pause(name: string): Promise<Queue> {
    return this.calls.json({ method: 'POST', path: pathTo('queues', name, 'pause'), repeatable: true });
  }

  resume(name: string): Promise<Queue> {
    return this.calls.json({ method: 'POST', path: pathTo('queues', name, 'resume'), repeatable: true });
  }

  /** Cancels what the caller's tenant has waiting there, in the background. Never repeated by itself. */
  purge(name: string): Promise<Action> {
    return this.calls.json({ method: 'POST', path: pathTo('queues', name, 'purge'), repeatable: false });
  }

  /** Forgets a named queue, or a type queue's settings. Rejects `queues.not-empty` while a named one has jobs. Never repeated by itself. */
  async remove(name: string): Promise<void> {
    await this.calls.send({ method: 'DELETE', path: pathTo('queues', name), repeatable: false });
  }
}
