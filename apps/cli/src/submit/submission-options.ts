import type { JsonText, OnDuplicate, PriorityName, Retention, SubmitJobRequest } from '@windlass/client';
import { type Command, Option } from 'commander';
import {
  collect,
  collectDurationsMs,
  parseDurationMs,
  parseMoment,
  parsePriority,
  parseWhole,
} from '../frame/parse-option.js';

/** What a submission can be told besides type and payload. */
export interface SubmissionOptions {
  tag?: string[];
  queue?: string;
  priority?: PriorityName | number;
  delay?: number;
  runAt?: string;
  ttl?: number;
  softLimit?: number;
  hardLimit?: number;
  maxAttempts?: number;
  backoffList?: number[];
  dedupeKey?: string;
  onDuplicate?: OnDuplicate;
  concurrencyKey?: string;
  concurrencyLimit?: number;
  retention?: Retention;
}

export function withSubmissionOptions(command: Command): Command {
  return command
    .option('--tag <tag>', 'may be repeated', collect)
    .option('--queue <name>', "default: the type's own")
    .option('--priority <priority>', 'critical, high, normal, low, or 0 to 9 (9 first)', parsePriority)
    .addOption(
      new Option('--delay <duration>', 'start no sooner, such as 5m').argParser(parseDurationMs).conflicts('runAt'),
    )
    .option('--run-at <time>', 'start no sooner, such as 2030-01-31T18:00:00Z', parseMoment)
    .option('--ttl <duration>', 'expire unless it has started by then', parseDurationMs)
    .option('--soft-limit <duration>', 'after this long it is asked to stop', parseDurationMs)
    .option('--hard-limit <duration>', 'after this long it is killed', parseDurationMs)
    .option('--max-attempts <n>', 'first attempt included', parseWhole(1, 100))
    .option('--backoff-list <durations>', 'before each retry, such as 1s,10s,5m', collectDurationsMs)
    .option('--dedupe-key <key>', 'one unfinished job has it')
    .addOption(
      new Option('--on-duplicate <what>', 'when one has it: refuse the new, answer the old, or cancel the old').choices(
        [...['reject', 'return', 'replace']],
      ),
    )
    .option('--concurrency-key <key>', 'jobs with the same one take turns')
    .option('--concurrency-limit <n>', 'so many of them run at a time (default 1)', parseWhole(1, 10_000))
    .addOption(
      new Option('--retention <class>', 'how long it is kept once finished').choices(['short', 'standard', 'long']),
    );
}

/** What was not given is undefined and does not travel. */
export function submissionOf(type: string, payload: JsonText, options: SubmissionOptions): SubmitJobRequest {
  const { tag, softLimit, hardLimit, backoffList, queue, priority, delay, runAt, ttl, maxAttempts } = options;
  const { dedupeKey, onDuplicate, concurrencyKey, concurrencyLimit, retention } = options;
  return {
    ...{ type, payload, tags: tag, softMs: softLimit, hardMs: hardLimit, maxAttempts },
    ...{ queue, priority, delay, runAt, ttl, retention },
    ...{ dedupeKey, onDuplicate, concurrencyKey, concurrencyLimit },
    backoff: backoffList && { kind: 'list', delaysMs: backoffList },
  };
}
