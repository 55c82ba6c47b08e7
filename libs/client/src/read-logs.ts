import { type Calls, only, pathTo, queryOf } from './calls.js';
import { type FollowOptions, followStream } from './follow-stream.js';
import type { ServerEvent } from './read-server-events.js';
import type { JobEvent } from './types/job.js';
import type { EventPage, LogLine, LogPage, ReadLogsQuery } from './types/read.js';
import { WindlassError } from './windlass-error.js';

export interface LogOptions extends Omit<ReadLogsQuery, 'limit'>, FollowOptions {
  /** Goes on until the job is finished; else it ends with the lines that there are. */
  follow?: boolean;
}

/** Most that the service gives at once. */
const PAGE_ITEMS = 1_000;

export async function* readLogs(calls: Calls, id: string, options: LogOptions): AsyncGenerator<LogLine> {
  if (options.follow) return yield* followLogs(calls, id, options);
  const { level, signal } = options;
  let { after } = options;
  do {
    const query = queryOf({ after, level, limit: PAGE_ITEMS });
    const page: LogPage = await calls.read(`${pathTo('jobs', id, 'logs')}${query}`, only(signal));
    yield* page.items;
    after = page.items.length > 0 ? page.nextAfter : undefined;
  } while (after !== undefined);
}

async function* followLogs(calls: Calls, id: string, options: LogOptions): AsyncGenerator<LogLine> {
  const { after, level, ...follow } = options;
  const path = `${pathTo('jobs', id, 'logs')}${queryOf({ level })}`;
  // Places of lines are the stream's ids.
  const start = after === undefined ? follow : { ...follow, lastEventId: after };
  for await (const event of followStream(calls.connection, path, start)) {
    if (event.name === 'log') yield parse<LogLine>(event);
  }
}

export async function readEvents(calls: Calls, id: string): Promise<JobEvent[]> {
  const events: JobEvent[] = [];
  let after: string | undefined;
  do {
    const page: EventPage = await calls.read(`${pathTo('jobs', id, 'events')}${queryOf({ after, limit: PAGE_ITEMS })}`);
    for (const event of page.items) events.push(event);
    after = page.items.length > 0 ? page.nextAfter : undefined;
  } while (after !== undefined);
  return events;
}

/** Places of events are the stream's ids, as with lines. */
export async function* followEvents(calls: Calls, id: string, options: FollowOptions): AsyncGenerator<JobEvent> {
  for await (const event of followStream(calls.connection, pathTo('jobs', id, 'events'), options)) {
    if (event.name === 'job') yield parse<JobEvent>(event);
  }
}

function parse<T>(event: ServerEvent): T {
  try {
    return JSON.parse(event.data) as T;
  } catch (cause) {
    const message = `The service sent an event "${event.name}" that is not JSON.`;
    throw new WindlassError('client.unexpected', message, 200, undefined, { cause });
  }
}
