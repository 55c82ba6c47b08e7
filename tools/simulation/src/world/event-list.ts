/** Whoever is dead is not called any more, whoever stands still later. */
export interface EventOwner {
  readonly name: string;
  readonly life: number;
  readonly alive: boolean;
  readonly paused: boolean;
  readonly held: WorldEvent[];
}

export interface WorldEvent {
  dueMs: number;
  /** Decides between two of the same moment. */
  tie: number;
  label: string;
  run: () => void;
  owner: EventOwner | undefined;
  cancelled: boolean;
}

/** A binary heap: the earliest event is at its head. A cancelled one is dropped when it gets there. */
export class EventList {
  private readonly heap: WorldEvent[] = [];

  add(event: WorldEvent): WorldEvent {
    const { heap } = this;
    let at = heap.push(event) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!before(event, heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = event;
    return event;
  }

  take(): WorldEvent | undefined {
    for (;;) {
      const event = this.takeHead();
      if (!event?.cancelled) return event;
    }
  }

  private takeHead(): WorldEvent | undefined {
    const { heap } = this;
    const head = heap[0];
    const last = heap.pop();
    if (!head || !last || heap.length === 0) return head;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child += 1;
      if (!before(heap[child]!, last)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
    return head;
  }
}

const before = (a: WorldEvent, b: WorldEvent): boolean => a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.tie < b.tie);
