import type { Delivery } from '@windlass/broker';

interface WaitingMessage {
  delivery: Delivery;
  ids: readonly string[];
  /** How many of its ids are already in claims. */
  taken: number;
}

/** Ids for one claim, and the messages that are used up by it: to be acknowledged once core has answered. */
export interface TakenIds {
  ids: string[];
  usedUp: Delivery[];
}

/**
 * Job messages in hand whose ids are not claimed yet. A message of more ids than there are free slots is claimed in parts and
 * acknowledged after the last one; given back half used, its claimed ids die as duplicates at the next claim.
 */
export class WaitingMessages {
  private messages: WaitingMessage[] = [];
  private idCount = 0;

  get count(): number {
    return this.idCount;
  }

  add(delivery: Delivery, ids: readonly string[]): void {
    this.messages.push({ delivery, ids, taken: 0 });
    this.idCount += ids.length;
  }

  take(limit: number): TakenIds {
    const ids: string[] = [];
    const usedUp: Delivery[] = [];
    while (ids.length < limit) {
      const head = this.messages[0];
      if (!head) break;
      const end = Math.min(head.ids.length, head.taken + limit - ids.length);
      while (head.taken < end) ids.push(head.ids[head.taken++]!);
      if (head.taken < head.ids.length) break;
      usedUp.push(head.delivery);
      this.messages.shift();
    }
    this.idCount -= ids.length;
    return { ids, usedUp };
  }

  /** Hands back what is in hand, half used or not. Where the broker has it back already, nothing comes of it. */
  giveBack(): void {
    const messages = this.messages;
    this.clear();
    for (const { delivery } of messages) delivery.requeue();
  }

  /** The broker has them back. */
  clear(): void {
    this.messages = [];
    this.idCount = 0;
  }
}
