import type { Job, JobEvent as JobEventShape, WaitingFor as WaitingForShape } from '@windlass/client';
import type { JobEvent, JobView, WaitingFor } from '@windlass/contracts';

/** A job as JSON text: the payload goes into it as it was submitted, byte for byte. */
export function jobJson(view: JobView): string {
  const { payload, createdAt, runAt, startedAt, finishedAt, expiresAt, waitingFor, retention, ...rest } = view;
  const job: Omit<Job, 'payload'> = {
    ...rest,
    retention: retention as Job['retention'],
    counters: {
      reserves: view.epoch,
      timeouts: view.timeouts,
      releases: view.retries,
      buries: view.buries,
      kicks: view.run - 1,
    },
    createdAt: iso(createdAt),
    ...times({ runAt, startedAt, finishedAt, expiresAt }),
    ...(waitingFor === undefined ? {} : { waitingFor: waitingFor.map(presentReason) }),
  };
  const text = JSON.stringify(job);
  return payload === undefined ? text : `${text.slice(0, -1)},"payload":${payload}}`;
}

export function jobPageJson(items: JobView[], nextCursor: string | undefined): string {
  const next = nextCursor === undefined ? '' : `,"nextCursor":${JSON.stringify(nextCursor)}`;
  return `{"items":[${items.map(jobJson).join(',')}]${next}}`;
}

export function presentEvent(event: JobEvent): JobEventShape {
  return { ...event, at: iso(event.at) };
}

export function iso(ms: number): string {
  return new Date(ms).toISOString();
}

/** Those that are there, as text. */
export function times<K extends string>(given: Record<K, number | undefined>): Partial<Record<K, string>> {
  const present: Partial<Record<K, string>> = {};
  for (const name in given) {
    const ms = given[name];
    if (ms !== undefined) present[name] = iso(ms);
  }
  return present;
}

function presentReason(reason: WaitingFor): WaitingForShape {
  if ('until' in reason) return { ...reason, until: iso(reason.until) };
  if ('since' in reason) return { ...reason, since: iso(reason.since) };
  return reason;
}
