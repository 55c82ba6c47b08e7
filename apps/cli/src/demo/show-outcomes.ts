import { showTable } from '../frame/show-table.js';
import { shorten, shortenPath, showDuration } from '../frame/show-values.js';
import type { DemoOutcome } from './demo-task.js';

const HEAD = ['TYPE', 'INPUT', 'STATE', 'ATTEMPTS', 'TOOK', 'WHAT CAME OUT'];
const INPUT_WIDTH = 44;

export function showOutcomes(outcomes: DemoOutcome[]): string {
  return showTable(
    HEAD,
    outcomes.map((outcome) => [
      outcome.task.type,
      outcome.task.path === undefined
        ? shorten(outcome.task.input, INPUT_WIDTH)
        : shortenPath(outcome.task.input, INPUT_WIDTH),
      outcome.state,
      String(outcome.attempts),
      outcome.attempts > 0 ? showDuration(outcome.durationMs) : '',
      outcome.error ? describeFailure(outcome.error) : describeResult(outcome.result ?? {}),
    ]),
  );
}

function describeFailure({ code, message }: { code?: string; message: string }): string {
  return code ? `${code}: ${message}` : message;
}

/** What a person would check first. */
function describeResult(result: Record<string, unknown>): string {
  const { md5, volume, volumeKind, triangles, products, occurrences } = result;
  if (typeof md5 === 'string') return `md5 ${md5}`;
  const count = (value: unknown, noun: string) =>
    typeof value === 'number' && value > 0 ? `${grouped(value)} ${noun}${value === 1 ? '' : 's'}` : '';
  const space =
    typeof volume === 'number'
      ? `${grouped(volume)} mm³${volumeKind === 'closed' ? '' : ` (${volumeKind})`}`
      : 'no volume';
  return [space, count(triangles, 'triangle'), count(products, 'product'), count(occurrences, 'occurrence')]
    .filter(Boolean)
    .join(' · ');
}

function grouped(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 1 });
}

/** The last line of --json. */
export function outcomesJson(outcomes: DemoOutcome[]): string {
  const jobs = outcomes.map(({ task, id, state, attempts, durationMs, error, artifacts }) => ({
    ...{ id: id ?? null, type: task.type, state, input: task.input, attempts, durationMs },
    ...{ error: error ?? null, artifacts },
  }));
  return JSON.stringify({ jobs });
}
