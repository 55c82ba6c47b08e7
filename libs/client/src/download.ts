import { withinTimeout } from './back-off.js';
import { WindlassError } from './windlass-error.js';

/** A file or artifact on its way. Read it once, by one of `stream`, `bytes`, `save`. */
export class Download {
  readonly contentType: string;
  /** Bytes, when the service said so. */
  readonly size: number | undefined;

  constructor(
    private readonly response: Response,
    /** Longest silence between two pieces. */
    private readonly timeoutMs: number,
  ) {
    this.contentType = response.headers.get('content-type') ?? 'application/octet-stream';
    const length = response.headers.get('content-length');
    this.size = length === null ? undefined : Number(length);
  }

  get stream(): ReadableStream<Uint8Array> {
    return this.response.body ?? new Blob([]).stream();
  }

  async bytes(): Promise<Uint8Array> {
    const pieces: Uint8Array[] = [];
    let length = 0;
    for await (const piece of this.pieces()) {
      pieces.push(piece);
      length += piece.length;
    }
    const all = new Uint8Array(length);
    let at = 0;
    for (const piece of pieces) {
      all.set(piece, at);
      at += piece.length;
    }
    return all;
  }

  /** Node only. Writes beside the path first, so that a broken download leaves nothing under the name. */
  async save(path: string): Promise<void> {
    const { open, rename, rm } = await import('node:fs/promises');
    const partial = `${path}.${Math.random().toString(36).slice(2)}.part`;
    const file = await open(partial, 'wx');
    try {
      for await (const piece of this.pieces()) await file.writeFile(piece);
      await file.close();
      await rename(partial, path);
    } catch (error) {
      await file.close().catch(() => undefined);
      await rm(partial, { force: true });
      throw error;
    }
  }

  private async *pieces(): AsyncGenerator<Uint8Array> {
    const reader = this.stream.getReader();
    const late = () => new WindlassError('client.timeout', `No data for ${this.timeoutMs} ms.`, this.response.status);
    let received = 0;
    try {
      for (;;) {
        const next = await withinTimeout(reader.read(), this.timeoutMs, late);
        if (next.done) break;
        received += next.value.length;
        yield next.value;
      }
      if (this.size !== undefined && received !== this.size) {
        throw new WindlassError('client.network', `Got ${received} of ${this.size} bytes.`, this.response.status);
      }
    } finally {
      await reader.cancel().catch(() => undefined);
    }
  }
}
