import type { Runtime } from '@windlass/clock';
import type { Channel, ConsumeMessage, Message } from 'amqplib';
import { disconnected, unanswered, unavailable } from '../broker-faults.js';
import { MAX_OUTSTANDING, MAX_OUTSTANDING_BYTES } from '../limits.js';
import { PendingDeadlines } from '../pending-deadlines.js';
import { DIRECT_REPLY_TO, rpcQueueName } from '../topology.js';
import { ChannelGate } from './channel-gate.js';
import { expirationOf } from './publish-confirmed.js';

interface PendingRequest {
  dueMs: number;
  bytes: number;
  sent: boolean;
  resolve: (answer: Uint8Array) => void;
  reject: (error: unknown) => void;
}

/**
 * Sends requests and takes their answers by direct reply-to on one channel, for as long as that channel lives: no reply queue
 * to declare, and no confirm to wait for, as the answer is one.
 */
export class RequestSender {
  private readonly pending: PendingDeadlines<PendingRequest>;
  private readonly gate: ChannelGate;
  private pendingBytes = 0;
  private sequence = 0;
  private ended = false;

  private constructor(
    private readonly channel: Channel,
    private readonly runtime: Runtime,
  ) {
    this.gate = new ChannelGate(channel);
    this.pending = new PendingDeadlines(runtime, (request) => {
      this.pendingBytes -= request.bytes;
      request.reject(
        request.sent
          ? unanswered('The service did not answer in time.')
          : unavailable('The message broker did not take the request in time.'),
      );
    });
  }

  static async open(channel: Channel, runtime: Runtime): Promise<RequestSender> {
    const sender = new RequestSender(channel, runtime);
    channel.on('return', (message: Message) =>
      sender.take(message.properties.correlationId)?.reject(unavailable('No server of the service is connected.')),
    );
    await channel.consume(DIRECT_REPLY_TO, (message) => message && sender.answered(message), { noAck: true });
    return sender;
  }

  send(service: string, body: Buffer, timeoutMs: number): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      if (this.ended) return reject(disconnected());
      const bytes = body.byteLength;
      if (this.pending.size >= MAX_OUTSTANDING || this.pendingBytes + bytes > MAX_OUTSTANDING_BYTES) {
        return reject(unavailable('Too many requests wait for their answer.'));
      }
      const id = (++this.sequence).toString(36);
      const request = { dueMs: this.runtime.monotonicMs() + timeoutMs, bytes, sent: false, resolve, reject };
      this.pending.add(id, request);
      this.pendingBytes += bytes;
      if (!this.gate.pass(bytes, () => this.write(id, request, service, body, timeoutMs))) {
        this.take(id)?.reject(unavailable('Too many requests wait to be sent.'));
      }
    });
  }

  /** The channel is gone, and the answers of what was sent with it. */
  end(): void {
    this.ended = true;
    for (const request of this.pending.takeAll()) {
      request.reject(request.sent ? unanswered('The connection was lost before the answer came.') : disconnected());
    }
  }

  private write(id: string, request: PendingRequest, service: string, body: Buffer, timeoutMs: number): boolean {
    if (this.ended || !this.pending.has(id)) return true;
    request.sent = true;
    try {
      return this.channel.publish('', rpcQueueName(service), body, {
        correlationId: id,
        replyTo: DIRECT_REPLY_TO,
        mandatory: true,
        deliveryMode: 1,
        expiration: expirationOf(timeoutMs),
      });
    } catch (error) {
      this.take(id)?.reject(unavailable('The request could not be sent.', error));
      return true;
    }
  }

  private answered(message: ConsumeMessage): void {
    this.take(message.properties.correlationId)?.resolve(message.content);
  }

  private take(id: string): PendingRequest | undefined {
    const request = this.pending.take(id);
    if (request) this.pendingBytes -= request.bytes;
    return request;
  }
}
