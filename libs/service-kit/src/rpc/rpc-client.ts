import type { Static, TSchema } from '@sinclair/typebox';
import type { Broker } from '@windlass/broker';
import { faultReply, type Message } from '@windlass/contracts';
import { faultOf, isFault, type Problem } from '@windlass/faults';
import type { CallKind, CircuitBreaker } from './circuit-breaker.js';
import { peekKind } from './peek-kind.js';

export interface RpcClientOptions {
  timeoutMs: number;
  /** Without one every call is tried. */
  breaker?: CircuitBreaker;
}

export interface RpcCallOptions {
  timeoutMs?: number;
  /** What an open circuit does to it. Default `call`. */
  kind?: CallKind;
}

/** Calls one service over the broker port. Holds nothing: bounds and deadlines are the broker's. */
export class RpcClient {
  constructor(
    private readonly broker: Broker,
    private readonly service: string,
    private readonly options: RpcClientOptions,
  ) {}

  /**
   * Rejects with the Fault that the other side threw; with `broker.unavailable` when nothing was sent, `broker.timeout` when the
   * outcome is unknown, `broker.unreadable` when the answer is not what `reply` says, `broker.circuit-open` when it was not tried.
   */
  async call<Q extends TSchema, A extends TSchema>(
    request: Message<Q>,
    reply: Message<A>,
    body: Static<Q>,
    options: RpcCallOptions = {},
  ): Promise<Static<A>> {
    const timeoutMs = options.timeoutMs ?? this.options.timeoutMs;
    const answer = await this.send(request.encode(body), timeoutMs, options.kind ?? 'call');
    if (peekKind(answer) === faultReply.kind) throw faultOf(faultReply.decode(answer) as Problem);
    return reply.decode(answer);
  }

  private async send(bytes: Uint8Array, timeoutMs: number, kind: CallKind): Promise<Uint8Array> {
    const { breaker } = this.options;
    if (!breaker) return this.broker.request(this.service, bytes, { timeoutMs });
    const probe = breaker.admit(kind);
    try {
      const answer = await this.broker.request(this.service, bytes, { timeoutMs });
      breaker.answered(probe);
      return answer;
    } catch (error) {
      const code = isFault(error) ? error.code : undefined;
      const counts = code === 'broker.unavailable' || (code === 'broker.timeout' && kind !== 'wait');
      if (counts) breaker.unanswered(probe);
      else breaker.undecided(probe);
      throw error;
    }
  }
}
