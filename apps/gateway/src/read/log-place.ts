import type { LogPlace } from '@windlass/contracts';
import { invalid } from '../http/read-fields.js';

/** What the database's integers hold. */
const MAX_NUMBER = 2_147_483_647;

/** `run.epoch.seq`. `where`: the header or parameter that it came by. */
export function parseLogPlace(text: string, where: string): LogPlace {
  const [, ...parts] = /^(\d{1,10})\.(\d{1,10})\.(\d{1,10})$/.exec(text) ?? [];
  const [run = 0, epoch = 0, seq = 0] = parts.map(Number);
  if (run < 1 || Math.max(run, epoch, seq) > MAX_NUMBER) {
    throw invalid([{ path: where, message: 'must be the place of a line, run.epoch.seq, such as 1.1.42' }]);
  }
  return { run, epoch, seq };
}

export function logPlaceText({ run, epoch, seq }: LogPlace): string {
  return `${run}.${epoch}.${seq}`;
}
