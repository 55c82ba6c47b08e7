import type { Channel } from 'amqplib';
import { MAX_OUTSTANDING, MAX_OUTSTANDING_BYTES } from '../limits.js';

/**
 * Frames that a channel buffers before it asks its writers to wait. Small messages are one frame, large ones one per 128 KiB:
 * at most some 64 MiB, and enough small ones for one turn of the event loop.
 */
export const CHANNEL_HIGH_WATER_MARK = 512;

interface Waiting {
  bytes: number;
  /** Writes, and returns what the channel's publish returned. */
  write: () => boolean;
}

/** A channel's back-pressure: once its buffer is full, writers wait in a bounded line until it has drained. */
export class ChannelGate {
  private open = true;
  private line: Waiting[] = [];
  private lineBytes = 0;

  constructor(channel: Channel) {
    channel.on('drain', () => this.drained());
  }

  /** Writes now or after the drain; false, and nothing is kept, when the line is full. */
  pass(bytes: number, write: () => boolean): boolean {
    if (this.open) {
      this.open = write();
      return true;
    }
    if (this.line.length >= MAX_OUTSTANDING || this.lineBytes + bytes > MAX_OUTSTANDING_BYTES) return false;
    this.line.push({ bytes, write });
    this.lineBytes += bytes;
    return true;
  }

  private drained(): void {
    this.open = true;
    let next = 0;
    while (this.open && next < this.line.length) {
      const waiting = this.line[next++]!;
      this.lineBytes -= waiting.bytes;
      this.open = waiting.write();
    }
    this.line = this.line.slice(next);
  }
}
