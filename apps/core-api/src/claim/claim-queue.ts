import type { ClaimedJob, ClaimJobs } from '@windlass/contracts';
import type { Dispatcher } from '@windlass/dispatch';
import { claimJobsInStore, type Database, FlushQueue } from '@windlass/store';

/** The claim stage: requests of one flush in one transaction. A repeated request (same token) gets what it holds. */
export function claimQueue(
  db: Pick<Database, 'engine'>,
  dispatcher: Dispatcher,
  leaseMs: number,
): FlushQueue<ClaimJobs, ClaimedJob[]> {
  return new FlushQueue<ClaimJobs, ClaimedJob[]>({
    // 64 requests of up to 200 ids: some 10,000 rows at the most.
    maxItems: 64,
    maxWaiting: 5_000,
    keyOf: (request) => request.token,
    flush: async (requests) => {
      const queues = new Map<string, Set<string>>();
      const byToken = await claimJobsInStore(db.engine, requests, leaseMs, queues);
      return requests.map((request) => {
        const jobs = byToken.get(request.token) ?? [];
        dispatcher.claimed(request.type, request.ids.length, jobs.length, queues.get(request.token));
        return jobs;
      });
    },
  });
}
