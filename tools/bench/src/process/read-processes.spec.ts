import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, expect, it } from 'vitest';
import { cpuMicrosOf, processTree, residentMib } from './read-processes.js';

const SPIN = `const end = Date.now() + 400; while (Date.now() < end); process.send('spun'); setInterval(() => {}, 1000)`;
const NESTED = `require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(SPIN)}], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  .on('message', (m) => process.send(m)); setInterval(() => {}, 1000)`;

let child: ReturnType<typeof spawn> | undefined;
afterEach(() => {
  for (const pid of child ? processTree([child.pid!]) : []) process.kill(pid, 'SIGKILL');
});

it('CPU and memory of a tree count what a grandchild used', async () => {
  child = spawn(process.execPath, ['-e', NESTED], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  await once(child, 'message');
  const tree = processTree([child.pid!]);
  expect(tree.length).toBe(2);
  expect(cpuMicrosOf([child.pid!])).toBeGreaterThan(100_000);
  expect(residentMib(tree)).toBeGreaterThan(residentMib([child.pid!]) + 10);
});

it('CPU of a child that has ended stays in the sum', async () => {
  child = spawn(process.execPath, ['-e', NESTED], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  await once(child, 'message');
  const before = cpuMicrosOf([child.pid!]);
  const [, grandchild] = processTree([child.pid!]).sort((a, b) => Number(a !== child!.pid) - Number(b !== child!.pid));
  process.kill(grandchild!, 'SIGKILL');
  await expect.poll(() => processTree([child!.pid!]).length).toBe(1);
  expect(cpuMicrosOf([child.pid!])).toBeGreaterThanOrEqual(before);
});
