import type { ServeOptions } from '../broker.js';
import { DRAIN_MS } from '../limits.js';
import { withinDeadline } from '../within-deadline.js';
import type { Attachable, HubCore, QueuedRequest } from './hub-core.js';
import { InProcessQueue, type Taker } from './in-process-queue.js';

export class InProcessServer implements Attachable, Taker<QueuedRequest> {
  private queue: InProcessQueue<QueuedRequest> | undefined;
  private readonly inHand = new Set<QueuedRequest>();
  private running = 0;
  private idle: (() => void) | undefined;
  private ended: Promise<void> | undefined;

  constructor(
    private readonly hub: HubCore,
    private readonly service: string,
    private readonly options: ServeOptions,
    private readonly handler: (body: Uint8Array) => Promise<Uint8Array>,
    private readonly onCancelled: (server: Attachable) => void,
  ) {}

  attach(): void {
    if (this.ended || this.queue) return;
    let queue = this.hub.services.get(this.service);
    if (!queue) {
      queue = new InProcessQueue(this.hub.runtime);
      this.hub.services.set(this.service, queue);
    }
    this.queue = queue;
    queue.join(this);
  }

  detach(): void {
    const queue = this.queue;
    this.leave();
    const held = [...this.inHand];
    this.inHand.clear();
    for (const request of held) queue?.giveBack(request);
  }

  cancel(): Promise<void> {
    this.ended ??= this.drain();
    return this.ended;
  }

  hasRoom(): boolean {
    return this.running < this.options.concurrency;
  }

  take(request: QueuedRequest): void {
    void this.serve(request);
  }

  private async serve(request: QueuedRequest): Promise<void> {
    this.running += 1;
    this.inHand.add(request);
    try {
      const answer = await this.handler(request.body);
      // The connection was lost meanwhile: there is no way back, and another server may have the request.
      if (this.inHand.has(request)) request.answer(Buffer.from(answer));
    } catch (error) {
      this.options.onError?.(error);
    } finally {
      this.inHand.delete(request);
      this.running -= 1;
      if (this.running === 0) this.idle?.();
      this.queue?.schedule();
    }
  }

  private async drain(): Promise<void> {
    this.leave();
    if (this.running > 0) {
      const idle = new Promise<void>((resolve) => {
        this.idle = resolve;
      });
      await withinDeadline(this.hub.runtime, DRAIN_MS, idle).catch(() => undefined);
    }
    this.onCancelled(this);
  }

  /** With the last server the service is gone, and what waits for it. */
  private leave(): void {
    const queue = this.queue;
    this.queue = undefined;
    queue?.leave(this);
    if (queue && !queue.served && this.hub.services.get(this.service) === queue) this.hub.services.delete(this.service);
  }
}
