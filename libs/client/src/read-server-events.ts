import { withinTimeout } from './back-off.js';
import { WindlassError } from './windlass-error.js';

/** One event of a `text/event-stream`. */
export interface ServerEvent {
  /** `message` unless the service named it. */
  name: string;
  data: string;
  /** The last one that was given, by this event or one before it. */
  id: string | undefined;
}

export interface StreamOptions {
  /** Longest time without a byte. */
  silenceMs: number;
  /** Called with each piece that arrives, comments included. */
  onAlive?: () => void;
}

/** Characters of a line, and of an event's data: the longest error text with its stack has a fifth of this. */
export const MAX_EVENT_LENGTH = 1_048_576;

/** Reads events until the stream ends; one that has not come whole by then is dropped, as the standard has it. */
export async function* readServerEvents(
  stream: ReadableStream<Uint8Array>,
  options: StreamOptions,
): AsyncGenerator<ServerEvent> {
  const late = () => new WindlassError('client.timeout', `Nothing came for ${options.silenceMs} ms.`, 0);
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  const lines = new LineSplitter();
  const builder = new EventBuilder();
  try {
    for (;;) {
      const next = await withinTimeout(reader.read(), options.silenceMs, late);
      if (next.done) return;
      options.onAlive?.();
      for (const line of lines.push(decoder.decode(next.value, { stream: true }))) {
        const event = builder.add(line);
        if (event) yield event;
      }
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

/** Lines end with CR, LF or both, and pieces anywhere, also between the two. */
class LineSplitter {
  private rest = '';
  private afterCarriageReturn = false;

  push(piece: string): string[] {
    if (piece === '') return [];
    const text = this.rest + (this.afterCarriageReturn && piece.startsWith('\n') ? piece.slice(1) : piece);
    this.afterCarriageReturn = piece.endsWith('\r');
    const lines = text.split(/\r\n|\r|\n/);
    this.rest = lines.pop() ?? '';
    checkLength(this.rest.length);
    return lines;
  }
}

class EventBuilder {
  private name = '';
  private data: string[] = [];
  private length = 0;
  private id: string | undefined;

  /** The event that this line ends, if it ends one. */
  add(line: string): ServerEvent | undefined {
    if (line === '') return this.finish();
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    if (field === 'event') this.name = value;
    if (field === 'id' && !value.includes('\0')) this.id = value;
    if (field === 'data') {
      this.length += value.length + 1;
      checkLength(this.length);
      this.data.push(value);
    }
    return undefined;
  }

  private finish(): ServerEvent | undefined {
    const { name, data, id } = this;
    this.name = '';
    this.data = [];
    this.length = 0;
    // A name alone is enough: `end` has nothing more to say.
    if (name === '' && data.length === 0) return undefined;
    return { name: name || 'message', data: data.join('\n'), id };
  }
}

function checkLength(length: number): void {
  if (length <= MAX_EVENT_LENGTH) return;
  throw new WindlassError('client.unexpected', `An event is longer than ${MAX_EVENT_LENGTH} characters.`, 200);
}
