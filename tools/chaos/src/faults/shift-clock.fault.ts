import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bringBack } from './bring-back.js';
import type { Fault, Injection } from './fault.js';
import { findFaketime } from './find-faketime.js';
import { pickInstance } from './pick-instance.js';

const STROBE_EVERY_MS = 500;

const impossible = async () => {
  const found = await findFaketime();
  return typeof found === 'string' ? undefined : found.missing;
};

async function begin(injection: Injection, env: Record<string, string>) {
  const { bed, draw } = injection;
  const library = await findFaketime();
  if (typeof library !== 'string') throw new Error(library.missing);
  const target = pickInstance(injection, draw.pick(['core-api', 'scheduler', 'worker', 'gateway'] as const));
  await bed.kill(target, 'SIGKILL');
  await bringBack(bed, target, { LD_PRELOAD: library, FAKETIME_DONT_FAKE_MONOTONIC: '1', ...env });
  return {
    target,
    heal: async () => {
      await bed.kill(target, 'SIGKILL');
      await bringBack(bed, target);
    },
  };
}

const HOUR_S = 3_600;

/**
 * The database's clock is the only one that may count: the restarts with a wrong clock and back take attempts away, the clock itself none.
 */
export const CLOCKS: readonly Fault[] = [
  {
    name: 'clock-hour',
    groups: ['clock'],
    about: 'the clock of one instance is an hour ahead or behind',
    onlyAtEdges: true,
    impossible,
    inject: async (injection) => {
      const offset = `${injection.draw.pick(['+', '-'])}${HOUR_S}s`;
      const { target, heal } = await begin(injection, { FAKETIME: offset });
      return { targets: [target], detail: offset, heal };
    },
  },
  {
    name: 'clock-strobe',
    groups: ['clock'],
    about: 'the clock of one instance jumps between five seconds ahead and five behind',
    onlyAtEdges: true,
    impossible,
    inject: async (injection) => {
      const folder = await mkdtemp(join(tmpdir(), 'windlass-strobe-'));
      const file = join(folder, 'offset');
      await writeFile(file, '+5s');
      const { target, heal } = await begin(injection, { FAKETIME_TIMESTAMP_FILE: file, FAKETIME_NO_CACHE: '1' });
      let ahead = true;
      const strobe = setInterval(() => {
        ahead = !ahead;
        void writeFile(file, ahead ? '+5s' : '-5s').catch(() => undefined);
      }, STROBE_EVERY_MS);
      return {
        targets: [target],
        detail: 'between +5 s and -5 s',
        heal: async () => {
          clearInterval(strobe);
          await heal();
          await rm(folder, { recursive: true, force: true });
        },
      };
    },
  },
];
