import { expect, it } from 'vitest';
import { readOptions } from './options.js';
import { neededServers, readForm } from './systems/choose-systems.js';

it('the standard run measures all systems in three rounds', () => {
  expect(readOptions([])).toMatchObject({ measures: ['e2e', 'latency', 'hops', 'growth'], rounds: 3, short: false });
  expect(readOptions([])).toHaveProperty('systems.length', 5);
});

it('the short run needs no peer', () => {
  const options = readOptions(['--', '--short']);
  expect(options).toMatchObject({ measures: ['e2e'], rounds: 1, jobs: 300 });
  expect(neededServers((options as { systems: string[] }).systems)).toEqual(['postgres', 'rabbitmq']);
});

it('a variant names what differs in it', () => {
  expect(readForm('windlass-app+pack=50+pace=0')).toMatchObject({ dispatch: { packSize: 50, paceMs: 0 } });
  expect(readForm('windlass-app')?.dispatch).toBeUndefined();
  expect(() => readForm('windlass-app+pock=50')).toThrow('"pock=50"');
});

it.each([
  ['--only', 'grwoth'],
  ['--rounds', '0'],
  ['--jobs', '1e9'],
  ['--sysyems', 'a'],
])('%s %s is refused', (name, value) => {
  expect(() => readOptions([name, value])).toThrow(name);
});

it('an unknown system is refused before any server is started', () => {
  expect(() => neededServers(['bullmq'])).toThrow('"bullmq" is none of');
});
