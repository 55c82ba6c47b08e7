/** So many turns of the event loop for one step mean that something goes round in circles. */
const MAX_TURNS = 100_000;
/** What stays open by itself. All else that keeps the event loop going is a step that is not over: immediates, calls of the file system. */
const STAYS_OPEN = /^(TCP|Pipe|TTY|Process|Signal|Timeout|MessagePort|PerHook)/;

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Resolves when nothing is under way in this process any more that goes on by itself: promises, immediates, calls of the file system. */
export async function settle(): Promise<void> {
  for (let turns = 0; turns < MAX_TURNS; turns += 1) {
    await turn();
    if (process.getActiveResourcesInfo().every((each) => STAYS_OPEN.test(each))) return;
  }
  throw new Error('a step of the simulation does not come to an end');
}
