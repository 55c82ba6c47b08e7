import type { Duplex } from 'node:stream';
import type { Runtime } from '@windlass/clock';
import { messageOf } from '@windlass/faults';
import { type Channel, type ChannelModel, type ConfirmChannel, connect } from 'amqplib';
import { withinDeadline } from '../within-deadline.js';
import { CHANNEL_HIGH_WATER_MARK } from './channel-gate.js';

export type BrokerLogger = (event: string, fields: Record<string, unknown>) => void;

export interface ConnectionPlan {
  /** Says what the connection is for, in logs and in RabbitMQ's list of connections. */
  name: string;
  urls: BrokerUrl[];
  runtime: Runtime;
  log: BrokerLogger;
  connectTimeoutMs: number;
  /** Opens what the connection carries. It counts as connected once this has resolved. */
  prepare(connection: ChannelModel): Promise<void>;
  onUp(): void;
  onDown(): void;
  onBlocked?(blocked: boolean): void;
}

export interface BrokerUrl {
  /** Holds the password: for the connection only. */
  href: string;
  /** Host, port and vhost: for logs. */
  place: string;
}

const FIRST_DELAY_MS = 100;
/** Short, since jobs stand still meanwhile; long enough that a fleet does not keep a starting broker from starting. */
const LONGEST_DELAY_MS = 5_000;
/** A connection that lived this long was a good one: the next loss starts again with the shortest delay. */
const STABLE_MS = 10_000;

/** Keeps one connection open for ever: connects, prepares, waits for the loss, waits a little, connects to the next address. */
export class KeptConnection {
  current: ChannelModel | undefined;
  private readonly closing = new AbortController();
  private running: Promise<void> = Promise.resolve();

  constructor(private readonly plan: ConnectionPlan) {}

  /** Resolves when the first attempt has ended, well or not. */
  start(): Promise<void> {
    return new Promise((tried) => {
      this.running = this.run(tried);
    });
  }

  /** Gives the connection up, as if it had been lost. */
  drop(reason: string): void {
    if (this.current) sever(this.current, reason);
  }

  async close(timeoutMs: number): Promise<void> {
    this.closing.abort();
    const connection = this.current;
    if (connection) {
      await withinDeadline(this.plan.runtime, timeoutMs, connection.close()).catch(() => undefined);
      sever(connection, 'closed');
    }
    await this.running;
  }

  private async run(tried: () => void): Promise<void> {
    const { runtime, urls, log, name } = this.plan;
    for (let attempt = 0, failures = 0; !this.closing.signal.aborted; attempt++) {
      const url = urls[attempt % urls.length]!;
      const sinceMs = runtime.monotonicMs();
      try {
        const { lost } = await this.open(url);
        tried();
        const error = await lost;
        if (!this.closing.signal.aborted) log('broker.lost', { name, place: url.place, error: messageOf(error) });
        failures = runtime.monotonicMs() - sinceMs >= STABLE_MS ? 0 : failures + 1;
      } catch (error) {
        failures += 1;
        log('broker.connect-failed', { name, place: url.place, failures, error: messageOf(error) });
      }
      tried();
      await runtime.sleep(this.delayMs(failures), this.closing.signal);
    }
  }

  /** Resolves once the connection is of use, with the promise of its loss (wrapped, as await would flatten the two). */
  private async open(url: BrokerUrl): Promise<{ lost: Promise<unknown> }> {
    const { runtime, connectTimeoutMs, name, log } = this.plan;
    const untilMs = runtime.monotonicMs() + connectTimeoutMs;
    const connection = await connect(url.href, {
      // Without it an acknowledged RPC sits for 44 ms in Nagle's algorithm.
      noDelay: true,
      keepAlive: true,
      timeout: connectTimeoutMs,
      clientProperties: { connection_name: name },
    });
    const lost = lossOf(connection, runtime);
    connection.on('blocked', () => this.blocked(connection, true));
    connection.on('unblocked', () => this.blocked(connection, false));
    try {
      const early = lost.then((error) => Promise.reject(error));
      const leftMs = Math.max(1, untilMs - runtime.monotonicMs());
      await withinDeadline(runtime, leftMs, Promise.race([this.plan.prepare(connection), early]));
      if (this.closing.signal.aborted) throw new Error('closed while connecting');
    } catch (error) {
      sever(connection, 'not prepared');
      this.plan.onDown();
      throw error;
    }
    this.current = connection;
    log('broker.connected', { name, place: url.place });
    this.plan.onUp();
    const noticed = lost.then((error) => {
      this.current = undefined;
      this.plan.onDown();
      return error;
    });
    return { lost: noticed };
  }

  private blocked(connection: ChannelModel, blocked: boolean): void {
    if (connection !== this.current) return;
    this.plan.log(blocked ? 'broker.blocked' : 'broker.unblocked', { name: this.plan.name });
    this.plan.onBlocked?.(blocked);
  }

  /** Exponential with half of it by chance, so that a fleet does not come back in step. */
  private delayMs(failures: number): number {
    const fullMs = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(failures, 10));
    return fullMs * (0.5 + this.plan.runtime.random() / 2);
  }
}

/** A channel that cannot take the process down: an error without a listener would. `onClose` hears of its end, with the reason. */
export async function openChannel(connection: ChannelModel, onClose?: (error: unknown) => void): Promise<Channel> {
  return guarded(await connection.createChannel({ highWaterMark: CHANNEL_HIGH_WATER_MARK }), onClose);
}

export async function openConfirmChannel(
  connection: ChannelModel,
  onClose?: (error: unknown) => void,
): Promise<ConfirmChannel> {
  return guarded(await connection.createConfirmChannel({ highWaterMark: CHANNEL_HIGH_WATER_MARK }), onClose);
}

function guarded<C extends Channel>(channel: C, onClose?: (error: unknown) => void): C {
  let reason: unknown;
  channel.on('error', (error) => {
    reason = error;
  });
  // With this listener amqplib reports what a handler throws; without it the whole connection ends. It throws itself when the
  // server's notice that a consumer's queue is gone crosses our own cancel.
  channel.on('handler-error', () => undefined);
  channel.on('close', () => onClose?.(reason));
  return channel;
}

/** Resolves with the reason when the connection is gone, however it went. */
function lossOf(connection: ChannelModel, runtime: Runtime): Promise<unknown> {
  return new Promise((resolve) => {
    let reason: unknown;
    connection.on('error', (error) => {
      reason = error;
    });
    connection.on('close', (error) => {
      resolve(reason ?? error);
      // amqplib only half-closes the socket: towards a silent peer it would linger for a quarter of an hour.
      runtime.after(1_000, () => streamOf(connection).destroy()).unref();
    });
    streamOf(connection).on('close', () => sever(connection, 'the socket closed'));
  });
}

/** Ends a connection without a handshake. amqplib notices errors of its socket, not its mere end. */
function sever(connection: ChannelModel, reason: string): void {
  const stream = streamOf(connection);
  if (stream.destroyed) stream.emit('error', new Error(reason));
  else stream.destroy(new Error(reason));
}

/** Not in amqplib's types, yet the only way to a timely end of a half-open connection. */
function streamOf(connection: ChannelModel): Duplex {
  return (connection.connection as unknown as { stream: Duplex }).stream;
}
