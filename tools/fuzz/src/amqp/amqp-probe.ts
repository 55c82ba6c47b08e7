import { type ChannelModel, type ConfirmChannel, connect, type Options } from 'amqplib';

const CONNECT_MS = 10_000;
const CONFIRM_MS = 10_000;
const DIRECT_REPLY_TO = 'amq.rabbitmq.reply-to';

export interface AmqpMessage {
  exchange?: string;
  queue: string;
  body: Buffer;
  options?: Options.Publish;
}

/** Sends whatever it is told to a broker, past everything that our own publishers would check. */
export class AmqpProbe {
  private readonly answers = new Map<string, (body: Buffer) => void>();
  private returned = 0;
  private sent = 0;

  private constructor(
    private readonly connection: ChannelModel,
    private readonly channel: ConfirmChannel,
  ) {}

  static async open(url: string): Promise<AmqpProbe> {
    const connection = await connect(url, { timeout: CONNECT_MS });
    connection.on('error', () => {});
    const channel = await connection.createConfirmChannel();
    channel.on('error', () => {});
    const probe = new AmqpProbe(connection, channel);
    channel.on('return', () => {
      probe.returned += 1;
    });
    await channel.consume(
      DIRECT_REPLY_TO,
      (message) => {
        if (message) probe.answers.get(String(message.properties.correlationId))?.(message.content);
      },
      { noAck: true },
    );
    return probe;
  }

  /** 'refused' when the broker would not have it; then this probe's channel is gone and it must not be used again. */
  async send(message: AmqpMessage): Promise<'routed' | 'returned' | 'refused'> {
    const before = this.returned;
    const outcome = await new Promise<'confirmed' | 'refused'>((resolve) => {
      const timer = setTimeout(() => resolve('refused'), CONFIRM_MS);
      const done = (how: 'confirmed' | 'refused') => {
        clearTimeout(timer);
        resolve(how);
      };
      this.channel.once('close', () => done('refused'));
      try {
        this.channel.publish(
          message.exchange ?? '',
          message.queue,
          message.body,
          { mandatory: true, ...message.options },
          (error) => done(error ? 'refused' : 'confirmed'),
        );
      } catch {
        done('refused');
      }
    });
    if (outcome === 'refused') return 'refused';
    return this.returned > before ? 'returned' : 'routed';
  }

  /** As our clients ask. Undefined when no answer came in time. */
  async ask(queue: string, body: Buffer, timeoutMs: number): Promise<Buffer | undefined> {
    this.sent += 1;
    const correlationId = String(this.sent);
    const answer = new Promise<Buffer | undefined>((resolve) => {
      const timer = setTimeout(() => resolve(undefined), timeoutMs);
      this.answers.set(correlationId, (content) => {
        clearTimeout(timer);
        resolve(content);
      });
    });
    await this.send({ queue, body, options: { replyTo: DIRECT_REPLY_TO, correlationId, expiration: timeoutMs } });
    const content = await answer;
    this.answers.delete(correlationId);
    return content;
  }

  async count(queue: string): Promise<number> {
    return (await this.channel.checkQueue(queue)).messageCount;
  }

  async declareOwn(queue: string): Promise<void> {
    await this.channel.assertQueue(queue, { durable: false, autoDelete: false, exclusive: true });
  }

  async close(): Promise<void> {
    await this.connection.close().catch(() => undefined);
  }
}
