import type { Job, JobEvent as JobEventShape } from '@windlass/client';
import type { JobEvent, JobView } from '@windlass/contracts';

/** A job as JSON text: the payload goes into it as it was submitted, byte for byte. */
export function jobJson(view: JobView): string {
  const { payload, createdAt, runAt, startedAt, finishedAt, ...rest } = view;
  const job: Omit<Job, 'payload'> = {
    ...rest,
    createdAt: iso(createdAt),
    ...(runAt === undefined ? {} : { runAt: iso(runAt) }),
    ...(startedAt === undefined ? {} : { startedAt: iso(startedAt) }),
    ...(finishedAt === undefined ? {} : { finishedAt: iso(finishedAt) }),
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
