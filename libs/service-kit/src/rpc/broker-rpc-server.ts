import { type CustomTransportStrategy, type MessageHandler, Server } from '@nestjs/microservices';
import type { Broker, Subscription } from '@windlass/broker';
import { faultReply } from '@windlass/contracts';
import { asProblem, fault, isFault, messageOf } from '@windlass/faults';
import { firstValueFrom, isObservable } from 'rxjs';
import type { Logger } from '../log/create-logger.js';
import { peekKind } from './peek-kind.js';
import type { RpcContract } from './rpc.decorator.js';

export interface BrokerRpcServerOptions {
  broker: Broker;
  /** The name that clients call, such as `core.gateway`. */
  service: string;
  /** Requests served at a time. */
  concurrency: number;
  logger: Logger;
  /** Serves, besides the handlers of no transport, those that name this one. */
  transportId?: symbol;
}

interface Route extends RpcContract {
  handle: MessageHandler;
}

/**
 * Serves `@Rpc` methods over the broker port. Nest's pipeline of observables is left out: a handler is a promise, its
 * answer one message. Failures are answers too, so a client never waits for one.
 */
export class BrokerRpcServer extends Server implements CustomTransportStrategy {
  private readonly routes = new Map<string, Route>();
  private subscription: Subscription | undefined;

  constructor(private readonly options: BrokerRpcServerOptions) {
    super();
    // Unset, Nest would give this server the handlers of every other one.
    this.transportId = options.transportId ?? Symbol(options.service);
  }

  listen(callback: (error?: unknown) => void): void {
    this.start().then(() => callback(), callback);
  }

  async close(): Promise<void> {
    const subscription = this.subscription;
    this.subscription = undefined;
    await subscription?.cancel();
  }

  on(): never {
    throw new Error('the broker tells about its state, not its RPC servers');
  }
  unwrap<T>(): T {
    return this.options.broker as T;
  }

  private async start(): Promise<void> {
    for (const [pattern, handle] of this.messageHandlers) {
      const contract = handle.extras?.contract as RpcContract | undefined;
      if (!contract) throw new Error(`the handler of ${pattern} has no contract: declare it by @Rpc`);
      this.routes.set(contract.request.kind, { ...contract, handle });
    }
    const { broker, service, concurrency, logger } = this.options;
    const onError = (error: unknown) => logger.error({ operation: service, error }, 'a request could not be answered');
    this.subscription = await broker.serve(service, { concurrency, onError }, (body) => this.answer(body));
  }

  private async answer(bytes: Uint8Array): Promise<Uint8Array> {
    let kind = 'unreadable';
    try {
      kind = peekKind(bytes);
      const route = this.routes.get(kind);
      if (!route) throw fault('broker.unreadable', { detail: `${this.options.service} does not answer ${kind}` });
      const result = await route.handle(route.request.decode(bytes));
      return route.reply.encode(isObservable(result) ? await firstValueFrom(result) : result);
    } catch (error) {
      return this.answerFault(kind, error);
    }
  }

  private answerFault(kind: string, error: unknown): Uint8Array {
    const { logger } = this.options;
    if (!isFault(error) || error.kind === 'bug') logger.error({ operation: kind, error }, `bug: ${messageOf(error)}`);
    else if (error.code === 'broker.unreadable') logger.warn({ operation: kind, error }, 'a request could not be read');
    else logger.debug({ operation: kind, code: error.code }, error.detail);
    return faultReply.encode(asProblem(error));
  }
}
