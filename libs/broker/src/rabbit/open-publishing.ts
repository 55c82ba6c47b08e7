import type { Runtime } from '@windlass/clock';
import type { Channel, ChannelModel } from 'amqplib';
import { OPERATION_TIMEOUT_MS } from '../limits.js';
import { TOPIC_EXCHANGE, topicExchangeName } from '../topology.js';
import { openChannel, openConfirmChannel } from './keep-connection.js';
import { ConfirmedPublisher } from './publish-confirmed.js';
import { RequestSender } from './send-requests.js';
import { AnswerSender } from './serve-requests.js';

/** All that one life of the publishing connection carries. A channel of it that ends takes the connection with it. */
export class Publishing {
  private readonly topics = new Map<string, Promise<unknown>>();

  private constructor(
    readonly jobs: ConfirmedPublisher,
    readonly requests: RequestSender,
    readonly answers: AnswerSender,
    private readonly broadcasts: ConfirmedPublisher,
    readonly control: Channel,
  ) {}

  static async open(connection: ChannelModel, runtime: Runtime, onBroken: (error: unknown) => void) {
    const confirmed = async () => new ConfirmedPublisher(await openConfirmChannel(connection, onBroken), runtime);
    const channel = () => openChannel(connection, onBroken);
    const [jobs, broadcasts, requests, answers, control] = await Promise.all([
      confirmed(),
      confirmed(),
      channel().then((opened) => RequestSender.open(opened, runtime)),
      channel().then((opened) => new AnswerSender(opened)),
      channel(),
    ]);
    return new Publishing(jobs, requests, answers, broadcasts, control);
  }

  async broadcast(topic: string, body: Buffer): Promise<void> {
    const exchange = topicExchangeName(topic);
    let declared = this.topics.get(topic);
    if (!declared) {
      declared = this.control.assertExchange(exchange, TOPIC_EXCHANGE.type, TOPIC_EXCHANGE.options);
      this.topics.set(topic, declared);
    }
    await declared;
    await this.broadcasts.publish({
      exchange,
      routingKey: '',
      body,
      mandatory: false,
      persistent: false,
      timeoutMs: OPERATION_TIMEOUT_MS,
    });
  }

  async whenIdle(): Promise<void> {
    await Promise.all([this.jobs.whenIdle(), this.broadcasts.whenIdle()]);
  }

  end(): void {
    this.jobs.end();
    this.broadcasts.end();
    this.requests.end();
  }
}
