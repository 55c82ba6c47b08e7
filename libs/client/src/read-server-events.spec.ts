import { describe, expect, it } from 'vitest';
import { MAX_EVENT_LENGTH, readServerEvents, type ServerEvent } from './read-server-events.js';

async function eventsOf(pieces: Uint8Array[], silenceMs = 5_000): Promise<ServerEvent[]> {
  const all: ServerEvent[] = [];
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const piece of pieces) controller.enqueue(piece);
      controller.close();
    },
  });
  for await (const event of readServerEvents(stream, { silenceMs })) all.push(event);
  return all;
}

const bytes = (text: string) => new TextEncoder().encode(text);

const TEXT =
  '\ufeff: hello\n\nid: 1.2.3\nevent: log\ndata: {"message":"žluť 🐎"}\n\ndata:a\ndata: b\n\nid: 4\nevent: end\n\n';
const EVENTS = [
  { name: 'log', data: '{"message":"žluť 🐎"}', id: '1.2.3' },
  { name: 'message', data: 'a\nb', id: '1.2.3' },
  { name: 'end', data: '', id: '4' },
];

describe('events come whole', () => {
  it.each(['\n', '\r', '\r\n'])('whatever ends a line (%j) and wherever a piece ends', async (end) => {
    const all = bytes(TEXT.replaceAll('\n', end));
    expect(await eventsOf([all])).toEqual(EVENTS);
    // Byte by byte: within characters, within line ends.
    expect(await eventsOf(Array.from(all, (byte) => Uint8Array.of(byte)))).toEqual(EVENTS);
    for (let at = 1; at < all.length; at += 1) {
      expect(await eventsOf([all.subarray(0, at), all.subarray(at)])).toEqual(EVENTS);
    }
  });

  it('or not at all', async () => {
    expect(await eventsOf([bytes('data: whole\n\ndata: half\n')])).toEqual([
      { name: 'message', data: 'whole', id: undefined },
    ]);
  });

  it('with fields unknown left out, and a name that holds for one event only', async () => {
    expect(await eventsOf([bytes('retry: 5\nfoo: bar\nevent: a\ndata\n\ndata: x\n\n')])).toEqual([
      { name: 'a', data: '', id: undefined },
      { name: 'message', data: 'x', id: undefined },
    ]);
  });
});

describe('what never ends is given up', () => {
  it('a line', async () => {
    const piece = bytes('x'.repeat(MAX_EVENT_LENGTH / 2 + 1));
    await expect(eventsOf([piece, piece])).rejects.toMatchObject({ code: 'client.unexpected' });
  });

  it('an event of many lines', async () => {
    const line = bytes(`data: ${'x'.repeat(MAX_EVENT_LENGTH / 4)}\n`);
    await expect(eventsOf([line, line, line, line])).rejects.toMatchObject({ code: 'client.unexpected' });
  });

  it('silence', async () => {
    let cancelled = false;
    const silent = new ReadableStream<Uint8Array>({
      cancel() {
        cancelled = true;
      },
    });
    const reading = readServerEvents(silent, { silenceMs: 20 }).next();
    await expect(reading).rejects.toMatchObject({ code: 'client.timeout' });
    expect(cancelled).toBe(true);
  });
});
