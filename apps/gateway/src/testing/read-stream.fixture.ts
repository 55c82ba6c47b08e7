/** One server-sent event; a comment is one with `comment`. */
export interface SeenEvent {
  event?: string;
  id?: string;
  data?: unknown;
  comment?: string;
}

/** Reads an event stream as it comes. */
export class StreamReader {
  readonly seen: SeenEvent[] = [];
  /** Resolves when the stream has ended, in whichever way. */
  readonly ended: Promise<void>;
  private readonly reader: ReadableStreamDefaultReader<Uint8Array>;

  constructor(readonly response: Response) {
    if (!response.body) throw new Error('no body');
    this.reader = response.body.getReader();
    this.ended = this.read().catch(() => undefined);
  }

  /** Without comments. */
  get events(): SeenEvent[] {
    return this.seen.filter((event) => event.event !== undefined);
  }

  async close(): Promise<void> {
    await this.reader.cancel().catch(() => undefined);
    await this.ended;
  }

  private async read(): Promise<void> {
    const decoder = new TextDecoder();
    let text = '';
    for (;;) {
      const { done, value } = await this.reader.read();
      if (done) return;
      text += decoder.decode(value, { stream: true });
      const blocks = text.split('\n\n');
      text = blocks.pop() ?? '';
      for (const block of blocks) this.seen.push(eventOf(block));
    }
  }
}

function eventOf(block: string): SeenEvent {
  const event: SeenEvent = {};
  for (const line of block.split('\n')) {
    const [, name, value = ''] = /^(\w*): ?(.*)$/s.exec(line) ?? [];
    if (name === '') event.comment = value;
    if (name === 'event') event.event = value;
    if (name === 'id') event.id = value;
    if (name === 'data') event.data = JSON.parse(value);
  }
  return event;
}
