import type { JobState } from '@windlass/contracts';
import type { JobRecord, Lifecycle, Seen } from './job-record.js';
import { DRAWN, ENDS, type Expected, type PlainModel } from './plain-model.js';

/** Half a millisecond either way: delays are whole. */
const ROUNDING_MS = 0.5;

/** What the code did is what the documents say. The model follows the delay that was chosen. */
export function agree(command: string, model: PlainModel, expected: Expected, seen: Seen): void {
  const differs = (why: string) =>
    new Error(`${command}: ${why}. The documents: ${JSON.stringify(expected)}, the code: ${JSON.stringify(seen)}`);
  if (expected === 'refused' || seen === 'refused') {
    if (expected !== seen) throw differs(seen === 'refused' ? 'was refused' : 'was not refused');
    return;
  }
  if ('state' in expected) {
    if (expected.state !== seen.state) throw differs('leads elsewhere');
    return;
  }
  const { fromMs, toMs } = expected.again;
  const { delayMs } = seen;
  if (delayMs === undefined) throw differs('no further attempt');
  if (!(delayMs >= fromMs - ROUNDING_MS && delayMs <= toMs + ROUNDING_MS)) throw differs('a delay out of its bounds');
  model.wait(delayMs);
}

/** What holds after every command, whichever it was. */
export function checkRecord(
  command: string,
  model: PlainModel,
  record: JobRecord,
  before: { epoch: number; run: number },
): void {
  const holds = (what: boolean, text: string) => {
    if (!what) throw new Error(`${command}: ${text}. The record: ${JSON.stringify(record)}`);
  };
  holds(record.state === model.state, `the state should be ${model.state}`);
  holds(record.run === model.run && record.run >= before.run, `the run should be ${model.run}`);
  holds(record.epoch === model.claims && record.epoch >= before.epoch, 'epochs rise with each claim, and only so');
  holds(record.attempt === model.attempts, `attempts should be ${model.attempts}`);
  holds(record.attempt <= model.policy.maxAttempts, 'more attempts than are allowed');
  holds(record.releases === model.releases, `releases should be ${model.releases}`);
  const last = record.moves.at(-1);
  holds(!last || DRAWN.has(`${last.from} ${last.to}`), `${last?.from} → ${last?.to} is not drawn`);
  holds(record.ends.length === model.ended, `${model.ended} terminal events expected`);
  const runs = new Set(record.ends.map(({ run }) => run));
  holds(runs.size === record.ends.length, 'a run ended twice');
}

/** The whole table, pair by pair: most pairs no command ever comes to. Answers the first that differs. */
export function differingMove(code: Lifecycle): string | undefined {
  const states = [...new Set([...DRAWN].flatMap((pair) => pair.split(' ')))] as JobState[];
  for (const from of states) {
    if (code.isTerminal(from) !== ENDS.includes(from))
      return `${from} should ${ENDS.includes(from) ? '' : 'not '}be terminal`;
    for (const to of states) {
      const drawn = DRAWN.has(`${from} ${to}`);
      if (code.canMove(from, to) !== drawn)
        return `${from} → ${to} is ${drawn ? 'drawn, but refused' : 'not drawn, but allowed'}`;
    }
  }
  return undefined;
}
