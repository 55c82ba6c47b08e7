import type { ServerResponse } from 'node:http';
import type { Runtime, Timer } from '@windlass/clock';
import { asProblem, type Fault } from '@windlass/faults';
import type { FastifyReply } from 'fastify';
import { EndSignal } from './end-signal.js';

export interface StreamEvent {
  event: string;
  /** Where to go on from: what a client sends as Last-Event-ID. */
  id?: string;
  /** Becomes JSON, on one line. */
  data: unknown;
}

/** Below what load balancers usually allow a quiet connection. */
const HEARTBEAT_MS = 15_000;
/** A client that takes nothing for this long is gone, or wants no stream. */
const DRAIN_MS = 30_000;
/** How soon a browser comes back, in ms: the gateway that it reaches then need not be this one. */
const RETRY_MS = 1_000;

/**
 * An answer of `text/event-stream`. At most one event more than the socket takes is held in memory: `send` waits until the client has
 * drained, and gives up after 30 s. A comment goes out every 15 s.
 */
export class EventStream {
  /** Fires when nothing can be sent any more: ended here, or the client is gone. */
  readonly over = new EndSignal();
  private readonly raw: ServerResponse;
  private heartbeat: Timer | undefined;
  private waiting = false;

  /** Sends the head at once. */
  constructor(
    reply: FastifyReply,
    private readonly runtime: Runtime,
  ) {
    reply.hijack();
    this.raw = reply.raw;
    this.raw.on('error', () => undefined);
    this.raw.once('close', () => this.finish());
    this.raw.writeHead(200, {
      ...(reply.getHeaders() as Record<string, string>),
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      // nginx would otherwise hold events back until its buffer is full.
      'x-accel-buffering': 'no',
    });
    this.raw.write(`retry: ${RETRY_MS}\n\n`);
    this.beatLater();
    if (this.raw.destroyed) this.finish();
  }

  /** Answers whether the stream goes on. One call at a time. */
  async send({ event, id, data }: StreamEvent): Promise<boolean> {
    if (this.over.fired) return false;
    const head = id === undefined ? '' : `id: ${id}\n`;
    if (this.raw.write(`${head}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)) return true;
    await this.drained();
    return !this.over.fired;
  }

  /** The stream's last word when it ends otherwise than by itself. */
  async fail(known: Fault): Promise<void> {
    await this.send({ event: 'error', data: asProblem(known) });
    this.end();
  }

  end(): void {
    if (this.over.fired) return;
    this.raw.end();
    this.finish();
  }

  private drained(): Promise<void> {
    this.waiting = true;
    return new Promise((resolve) => {
      const goOn = () => {
        this.waiting = false;
        timer.cancel();
        unlisten();
        this.raw.off('drain', goOn);
        resolve();
      };
      const timer = this.runtime.after(DRAIN_MS, () => {
        this.raw.destroy();
        this.finish();
      });
      this.raw.once('drain', goOn);
      let unlisten = () => {};
      unlisten = this.over.listen(goOn);
    });
  }

  private beatLater(): void {
    this.heartbeat = this.runtime.after(HEARTBEAT_MS, () => {
      // What waits to be drained is a sign of life to come.
      if (!this.waiting) this.raw.write(':\n\n');
      this.beatLater();
    });
  }

  private finish(): void {
    this.heartbeat?.cancel();
    this.over.fire();
  }
}
