import { Injectable } from '@nestjs/common';
import type { CancelJob } from '@windlass/contracts';
import { type Fault, fault, isFault } from '@windlass/faults';
import { type CancelledState, cancelJobsInStore, FlushQueue, readEndStates } from '@windlass/store';
import type { CorePorts } from '../core-ports.js';
import { afterCancel } from './after-cancel.js';

type Ports = Pick<CorePorts, 'broker' | 'db' | 'dispatcher' | 'logger' | 'runtime'> & {
  finished(ids: Iterable<string>): void;
};

/** The cancel stage: against a completion one compare-and-set decides, and the answer is final either way. */
@Injectable()
export class CancelJobs {
  private readonly queue: FlushQueue<CancelJob, CancelledState | Fault>;

  constructor(private readonly ports: Ports) {
    this.queue = new FlushQueue<CancelJob, CancelledState | Fault>({
      maxItems: 200,
      maxWaiting: 5_000,
      keyOf: (request) => request.id,
      flush: (requests) => this.flush(requests),
    });
  }

  /** Rejects `read.job-unknown` and `cancel.job-finished`. Cancelling what is cancelled answers as it is. */
  async cancel(request: CancelJob): Promise<CancelledState> {
    const answer = await this.queue.add(request);
    if (isFault(answer)) throw answer;
    return answer;
  }

  private async flush(requests: CancelJob[]): Promise<(CancelledState | Fault)[]> {
    const { engine } = this.ports.db;
    const cancelled = await cancelJobsInStore(
      engine,
      requests.map((request) => ({ ...request, auditId: this.ports.runtime.uuid() })),
    );
    afterCancel(cancelled, this.ports);
    const answers = new Map<string, CancelledState | Fault>(
      cancelled.map(({ id, wasRunning }) => [id, { id, state: 'cancelled', stopping: wasRunning }]),
    );
    const missed = requests.filter((request) => !answers.has(request.id));
    if (missed.length > 0)
      for (const end of await readEndStates(engine, missed))
        answers.set(end.id, end.state === 'cancelled' ? end : ended(end.state));
    return requests.map((request) => answers.get(request.id) ?? unknown());
  }
}

const ended = (state: string) =>
  fault('cancel.job-finished', { detail: `The job has ended as ${state}: there is nothing to cancel any more.` });

const unknown = () =>
  fault('read.job-unknown', { detail: 'There is no job with this id. Check the id and the token’s tenant.' });
