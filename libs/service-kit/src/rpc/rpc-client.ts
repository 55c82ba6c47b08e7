import type { Static, TSchema } from '@sinclair/typebox';
import type { Broker } from '@windlass/broker';
import { faultReply, type Message } from '@windlass/contracts';
import { faultOf, type Problem } from '@windlass/faults';
import { peekKind } from './peek-kind.js';

/** Calls one service over the broker port. Holds nothing: bounds and deadlines are the broker's. */
export class RpcClient {
  constructor(
    private readonly broker: Broker,
    private readonly service: string,
    private readonly options: { timeoutMs: number },
  ) {}

  /**
   * Rejects with the Fault that the other side threw; with `broker.unavailable` when nothing was sent, `broker.timeout` when the
   * outcome is unknown, `broker.unreadable` when the answer is not what `reply` says.
   */
  async call<Q extends TSchema, A extends TSchema>(
    request: Message<Q>,
    reply: Message<A>,
    body: Static<Q>,
    options?: { timeoutMs?: number },
  ): Promise<Static<A>> {
    const timeoutMs = options?.timeoutMs ?? this.options.timeoutMs;
    const answer = await this.broker.request(this.service, request.encode(body), { timeoutMs });
    if (peekKind(answer) === faultReply.kind) throw faultOf(faultReply.decode(answer) as Problem);
    return reply.decode(answer);
  }
}
