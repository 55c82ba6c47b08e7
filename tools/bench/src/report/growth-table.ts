import type { GrowthFigures, PackTimes } from '../measures/growth.js';
import { divide, quantile } from './statistics.js';
import { show, textTable } from './text-table.js';

/** S14: what a million waiting jobs may cost those that come and go. */
const GOAL = 1.3;

const STEPS: { name: string; judged: boolean; timeOf(times: PackTimes): number }[] = [
  { name: 'S14 submit', judged: true, timeOf: ({ submit }) => submit },
  { name: 'S14 refill and claim', judged: true, timeOf: ({ refill, claim }) => refill + claim },
  { name: 'of it refill', judged: false, timeOf: ({ refill }) => refill },
  { name: 'of it claim', judged: false, timeOf: ({ claim }) => claim },
];

/** Medians and tails of both depths; the ratio of the medians is judged. */
export function growthTable({ packs, queued }: GrowthFigures): string {
  const rows = packs.flatMap(({ size, empty, full }) =>
    STEPS.map(({ name, judged, timeOf }) => {
      const at = (times: PackTimes[], q: number) => quantile(times.map(timeOf), q);
      const ratio = divide(at(full, 0.5), at(empty, 0.5));
      const both = (times: PackTimes[]) => `${show(at(times, 0.5), 2)} / ${show(at(times, 0.99), 2)}`;
      const verdict = ratio === undefined ? '' : ratio <= GOAL ? 'won' : 'LOST';
      return [
        ...[`${name}, ${size === 1 ? 'one job' : `${size} at once`}`, both(empty), both(full), show(ratio, 2)],
        ...[
          show(divide(at(full, 0.99), at(empty, 0.99)), 2),
          ...(judged ? [`≤ ${GOAL.toFixed(2)}`, verdict] : ['', '']),
        ],
      ];
    }),
  );
  const head = ['p50 / p99 ms', 'empty', `${show(queued)} queued`, 'ratio of p50', 'of p99', 'goal', ''];
  return textTable(head, rows);
}
