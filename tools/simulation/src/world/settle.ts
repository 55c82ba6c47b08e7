import { setTimeout as pause } from 'node:timers/promises';

/** So many turns of the event loop mean that the step waits for the disk: a module that is loaded for the first time. */
const QUICK_TURNS = 1_000;
/** And after so long something goes round in circles. */
const MAX_MS = 60_000;
/** What stays open by itself. All else that keeps the event loop going is a step that is not over: immediates, calls of the file system. */
const STAYS_OPEN = /^(TCP|Pipe|TTY|Process|Signal|Timeout|MessagePort|PerHook)/;

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Resolves when nothing is under way in this process any more that goes on by itself: promises, immediates, calls of the file system. */
export async function settle(): Promise<void> {
  let deadline = 0;
  for (let turns = 0; ; turns += 1) {
    await turn();
    if (process.getActiveResourcesInfo().every((each) => STAYS_OPEN.test(each))) return;
    if (turns < QUICK_TURNS) continue;
    deadline ||= performance.now() + MAX_MS;
    if (performance.now() > deadline) throw new Error('a step of the simulation does not come to an end');
    await pause(1);
  }
}
