import type { Broker, Subscription } from '@windlass/broker';
import { faultReply, openEnvelope, RPC } from '@windlass/contracts';
import { asProblem, fault } from '@windlass/faults';

/** The two halves of a Message that a server needs. */
interface Decoder<Q> {
  kind: string;
  decode(bytes: Uint8Array): Q;
}
interface Encoder<A> {
  encode(body: A): Uint8Array;
}

/** Answers the gateway's requests in core's place, by real messages. Notes what it was asked. */
export class FakeCore {
  readonly asked: { kind: string; body: unknown }[] = [];
  private readonly answers = new Map<string, (bytes: Uint8Array) => Promise<Uint8Array>>();
  private subscription: Subscription | undefined;

  on<Q, A>(request: Decoder<Q>, reply: Encoder<A>, answer: (body: Q) => A | Promise<A>): this {
    this.answers.set(request.kind, async (bytes) => {
      const body = request.decode(bytes);
      this.asked.push({ kind: request.kind, body });
      return reply.encode(await answer(body));
    });
    return this;
  }

  async serve(broker: Broker): Promise<void> {
    this.subscription = await broker.serve(RPC.coreForGateway, { concurrency: 1000 }, (bytes) => this.answer(bytes));
  }

  async stop(): Promise<void> {
    await this.subscription?.cancel();
  }

  private async answer(bytes: Uint8Array): Promise<Uint8Array> {
    const { kind } = openEnvelope(bytes);
    const answer = this.answers.get(kind);
    try {
      if (!answer) throw fault('broker.unreadable', { detail: `the fake core does not answer ${kind}` });
      return await answer(bytes);
    } catch (error) {
      return faultReply.encode(asProblem(error));
    }
  }
}
