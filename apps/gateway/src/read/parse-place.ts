import type { EventPlace, LogPlace } from '@windlass/contracts';
import { invalid } from '../http/read-fields.js';

/** What the database's integers hold. */
const MAX_NUMBER = 2_147_483_647;

/** `run.epoch.seq`. `where`: the header or parameter that it came by. */
export function parseLogPlace(text: string, where: string): LogPlace {
  const [run, epoch, seq] = parse(text, where, 'a line, run.epoch.seq, such as 1.1.42');
  return { run, epoch, seq };
}

export function logPlaceText({ run, epoch, seq }: LogPlace): string {
  return `${run}.${epoch}.${seq}`;
}

/** `run.epoch.rank`. */
export function parseEventPlace(text: string, where: string): EventPlace {
  const [run, epoch, rank] = parse(text, where, 'an event, run.epoch.rank, such as 1.1.2');
  return { run, epoch, rank };
}

export function eventPlaceText({ run, epoch, rank }: EventPlace): string {
  return `${run}.${epoch}.${rank}`;
}

function parse(text: string, where: string, what: string): [number, number, number] {
  const [, ...parts] = /^(\d{1,10})\.(\d{1,10})\.(\d{1,10})$/.exec(text) ?? [];
  const [run = 0, epoch = 0, last = 0] = parts.map(Number);
  if (run < 1 || Math.max(run, epoch, last) > MAX_NUMBER) {
    throw invalid([{ path: where, message: `must be the place of ${what}` }]);
  }
  return [run, epoch, last];
}
