import { messageOf } from '@windlass/faults';
import type { Attachable, HubCore } from './hub-core.js';

export class InProcessListener implements Attachable {
  private attached = false;

  constructor(
    private readonly hub: HubCore,
    private readonly topic: string,
    private readonly onMessage: (body: Uint8Array) => void,
    private readonly onCancelled: (listener: Attachable) => void,
  ) {}

  attach(): void {
    this.attached = true;
    const listeners = this.hub.topics.get(this.topic) ?? new Set();
    this.hub.topics.set(this.topic, listeners.add(this.receive));
  }

  detach(): void {
    this.attached = false;
    const listeners = this.hub.topics.get(this.topic);
    listeners?.delete(this.receive);
    if (listeners?.size === 0) this.hub.topics.delete(this.topic);
  }

  async cancel(): Promise<void> {
    this.detach();
    this.onCancelled(this);
  }

  private readonly receive = (body: Uint8Array): void => {
    queueMicrotask(() => {
      if (!this.attached) return;
      try {
        this.onMessage(body);
      } catch (error) {
        this.hub.log('broker.consumer-threw', { topic: this.topic, error: messageOf(error) });
      }
    });
  };
}
