import { setTimeout as sleep } from 'node:timers/promises';
import { openTestBed } from './worker-under-test.fixture.js';

// A worker in a process of its own, for a test to kill. Prints the process id of a handler that spins.

const bed = await openTestBed();
await (await bed.startWorker()).announced;
await bed.core.submit('test.spin', { startedFile: bed.path('started') });
let pids: number[] = [];
while (pids.length === 0) {
  await sleep(10);
  pids = await bed.pids('started');
}
process.stdout.write(`${JSON.stringify({ child: pids[0], directory: bed.directory })}\n`);
