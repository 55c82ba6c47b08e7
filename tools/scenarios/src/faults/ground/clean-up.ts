import type { ScenarioContext } from '../../scenario.js';

/** No step of a clean-up takes longer when it works: a broker's orderly stop is 20 s. */
const STEP_MS = 90_000;
const INTERRUPTED = 130;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** What must be undone when a scenario ends, however it ends: the last thing made is undone first. */
export class CleanUp {
  private readonly steps: { what: string; undo: () => unknown }[] = [];
  private undone: Promise<void> | undefined;

  constructor(private readonly progress: ScenarioContext['progress']) {}

  /** What is made while everything is being undone is undone as well: the body goes on until the process ends. */
  add(what: string, undo: () => unknown): void {
    this.steps.push({ what, undo });
    if (this.undone) this.undone = this.undone.then(() => this.undoAll());
  }

  /** Runs every step, also those after one that failed. Never rejects; a second call waits for the first. */
  run(): Promise<void> {
    this.undone ??= this.undoAll();
    return this.undone;
  }

  private async undoAll(): Promise<void> {
    for (let step = this.steps.pop(); step; step = this.steps.pop()) {
      const { what, undo } = step;
      await within(STEP_MS, undo).catch((error: unknown) => this.progress(`not undone: ${what}: ${String(error)}`));
    }
  }
}

const open = new Set<CleanUp>();

/** Runs `body`, then undoes what it has made. On a signal to end, what every body under way has made is undone, and the process ends. */
export async function withCleanUp<T>(
  progress: ScenarioContext['progress'],
  body: (cleanUp: CleanUp) => Promise<T>,
): Promise<T> {
  const cleanUp = new CleanUp(progress);
  if (open.size === 0) for (const signal of SIGNALS) process.on(signal, endOrderly);
  open.add(cleanUp);
  try {
    return await body(cleanUp);
  } finally {
    await cleanUp.run();
    open.delete(cleanUp);
    if (open.size === 0) for (const signal of SIGNALS) process.off(signal, endOrderly);
  }
}

/** Mounts, groups, servers and processes outlive whoever made them. A second signal changes nothing: each step has its end. */
function endOrderly(): void {
  void Promise.all([...open].map((cleanUp) => cleanUp.run())).then(() => process.exit(INTERRUPTED));
}

async function within(ms: number, call: () => unknown): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`took longer than ${ms} ms`)), ms);
  });
  try {
    await Promise.race([Promise.resolve().then(call), late]);
  } finally {
    clearTimeout(timer);
  }
}
