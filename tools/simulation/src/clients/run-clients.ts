import type { ClientOperation, Draw } from '@windlass/proof';
import type { HttpAnswer, HttpCall } from '../services/boot-service.js';
import type { Fleet } from '../services/fleet.js';
import { InstanceRuntime } from '../world/instance-runtime.js';
import type { World } from '../world/world.js';
import type { Operation, Submission, Workload } from './plan-workload.js';

/** A client's own patience, longer than the gateway's with core. */
const TIMEOUT_MS = 2_500;
/** A submission whose outcome is unknown is sent again under its key this often. */
const TRIES = 12;
/** What must be done in the end, such as opening a queue again. */
const STUBBORN_TRIES = 200;

/** The clients of a seed: what they asked, and what they heard of it. */
export class Clients {
  readonly operations: ClientOperation[] = [];
  private readonly runtime: InstanceRuntime;
  private readonly draw: Draw;
  private underWay = 0;

  constructor(
    private readonly world: World,
    private readonly fleet: Fleet,
    private readonly gateways: readonly string[],
  ) {
    this.runtime = new InstanceRuntime(world, undefined);
    this.draw = world.draw.fork('clients');
  }

  get done(): boolean {
    return this.underWay === 0;
  }

  start({ submissions, operations }: Workload): void {
    for (const each of submissions) this.begin(each.atMs, `client ${each.key}`, () => this.live(each));
    for (const each of operations) this.begin(each.atMs, `operator ${each.kind}`, () => this.operate(each));
  }

  private begin(atMs: number, label: string, run: () => Promise<void>): void {
    this.underWay += 1;
    this.world.after(atMs, label, () => void run().finally(() => (this.underWay -= 1)));
  }

  private async live(submission: Submission): Promise<void> {
    const ids = await Promise.all(Array.from({ length: submission.copies }, () => this.submit(submission)));
    const id = ids.find((each) => each !== undefined);
    if (id === undefined) return;
    const { cancelAfterMs, replayAfterMs, readAfterMs } = submission;
    const later = async (afterMs: number | undefined, run: () => Promise<unknown>) => {
      if (afterMs === undefined) return;
      await this.runtime.sleep(afterMs);
      await run();
    };
    await Promise.all([
      later(cancelAfterMs, () => this.ask('cancel', id, { method: 'POST', url: `/v1/jobs/${id}/cancel`, json: {} })),
      later(replayAfterMs, () => this.ask('replay', id, { method: 'POST', url: `/v1/jobs/${id}/replay` })),
      later(readAfterMs, () => this.ask('read', id, { method: 'GET', url: `/v1/jobs/${id}` })),
    ]);
  }

  /** The id, once an answer told one. Repeats what is unknown, as clients do; now and then gives up. */
  private async submit({ key, body }: Submission): Promise<string | undefined> {
    for (let tried = 1; tried <= TRIES; tried += 1) {
      const call: HttpCall = { method: 'POST', url: '/v1/jobs', headers: { 'idempotency-key': key }, json: body };
      const { outcome, answer } = await this.log({ op: 'submit', key }, call);
      if (outcome === 'ok') return answer?.body.id as string;
      const again = outcome === 'unknown' || answer?.status === 503 || answer?.status === 429;
      if (!again || this.draw.chance(outcome === 'fail' ? 0.4 : 0.05)) return undefined;
      await this.runtime.sleep(100 + this.draw.next() * 700);
    }
    return undefined;
  }

  private ask(op: ClientOperation['op'], jobId: string, call: HttpCall): Promise<unknown> {
    return this.log({ op, jobId }, call);
  }

  private async log(what: Pick<ClientOperation, 'op' | 'key' | 'jobId'>, call: HttpCall) {
    const fromMs = this.runtime.now();
    const answer = await this.send(call);
    const outcome = outcomeOf(answer);
    const { id, code, state } = answer?.body ?? {};
    const operation: ClientOperation = { ...what, outcome, fromMs, toMs: this.runtime.now() };
    if (what.op === 'submit' && typeof id === 'string') operation.jobId = id;
    if (answer) operation.status = answer.status;
    if (typeof code === 'string') operation.code = code;
    if (typeof state === 'string') operation.state = state;
    this.operations.push(operation);
    this.world.note(
      `client ${what.op} ${what.key ?? what.jobId} ${outcome} ${answer?.status ?? ''} ${operation.code ?? ''}`,
    );
    return { outcome, answer };
  }

  private async operate({ kind, queue, lastsMs }: Operation): Promise<void> {
    if (kind !== 'pause') {
      const filter = kind === 'cancel-all' ? { type: queue } : { type: queue, state: 'failed' };
      await this.send({
        method: 'POST',
        url: '/v1/jobs/actions',
        json: { action: kind.replace('-all', ''), filter },
      });
      return;
    }
    await this.insist({ method: 'POST', url: `/v1/queues/${queue}/pause` });
    await this.runtime.sleep(lastsMs);
    await this.insist({ method: 'POST', url: `/v1/queues/${queue}/resume` });
  }

  private async insist(call: HttpCall): Promise<void> {
    for (let tried = 1; tried <= STUBBORN_TRIES; tried += 1) {
      const answer = await this.send(call);
      if (answer && answer.status < 500) return;
      await this.runtime.sleep(500);
    }
  }

  private send(call: HttpCall): Promise<HttpAnswer | undefined> {
    const gateway = this.draw.pick(this.gateways);
    return new Promise((resolve) => {
      const patience = this.runtime.after(TIMEOUT_MS, () => resolve(undefined));
      void this.fleet.call(gateway, call).then((answer) => {
        patience.cancel();
        resolve(answer);
      });
    });
  }
}

function outcomeOf(answer: HttpAnswer | undefined): ClientOperation['outcome'] {
  if (!answer) return 'unknown';
  if (answer.status < 300) return 'ok';
  if (answer.status < 500) return 'fail';
  return answer.status === 503 && String(answer.body.code).endsWith('.not-accepted') ? 'fail' : 'unknown';
}
