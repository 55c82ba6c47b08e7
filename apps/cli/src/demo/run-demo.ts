import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { WindlassClient } from '@windlass/client';
import { type DevPlatform, lockDirectory, startDev } from '@windlass/host';
import { startEmbeddedPostgres } from '@windlass/store';
import type { Cli } from '../frame/cli.js';
import { EXIT_FAILED } from '../frame/explain-failure.js';
import { stopOnSignal } from '../frame/stop-on-signal.js';
import { chooseTasks } from './choose-tasks.js';
import type { DemoOutcome } from './demo-task.js';
import { ProgressBoard } from './progress-board.js';
import { runTasks } from './run-tasks.js';
import { chooseFolders } from './save-artifacts.js';
import { outcomesJson, showOutcomes } from './show-outcomes.js';

const DATA = join('.windlass', 'demo-data');
const ARTIFACTS = join('.windlass', 'demo');
/** Conversions at a time. Each takes a core and a few hundred megabytes. */
const SLOTS = 'conversion.cad=2';

/** From nothing to converted files and back to nothing but them. */
export async function runDemo(cli: Cli, files: string[], options: { json?: boolean }): Promise<void> {
  const directory = join(cli.cwd, DATA);
  const tasks = await chooseTasks(cli.cwd, files);
  const folders = chooseFolders(
    tasks.map((task) => task.input),
    join(cli.cwd, ARTIFACTS),
  );
  cli.terminal.err('starting the platform on this machine\n');
  const platform = await startFresh(cli, directory);
  let outcomes: DemoOutcome[];
  try {
    cli.terminal.err(`running ${tasks.length} jobs through ${platform.url}\n`);
    const board = new ProgressBoard(
      cli.terminal,
      tasks.map((task) => task.input),
    );
    const client = new WindlassClient({ url: platform.url, token: platform.token });
    const run = { client, board, folderOf: (index: number) => folders[index] as string };
    outcomes = await unlessStopped(cli, runTasks(tasks, run));
    board.end();
  } finally {
    await platform.stop();
    await rm(directory, { recursive: true, force: true });
  }
  tell(
    cli,
    outcomes.map((each) => ({ ...each, artifacts: each.artifacts.map((path) => relative(cli.cwd, path)) })),
    options,
  );
}

async function startFresh(cli: Cli, directory: string): Promise<DevPlatform> {
  // Another demo may be running on it: then this says so, and nothing is removed.
  const lock = await lockDirectory(directory);
  await removeLeftovers(directory);
  await lock.release();
  const settings = {
    ...{ directory, port: 0, logLevel: 'error', logFormat: 'logfmt' as const, worker: { SLOTS } },
    logDestination: { write: (line: string) => cli.terminal.err(line) },
  };
  return startDev(settings);
}

/** Of a demo that was killed. Its database may still run: starting it on the same data stops that one first. */
async function removeLeftovers(directory: string): Promise<void> {
  const postgres = join(directory, 'postgres');
  if (existsSync(postgres)) await (await startEmbeddedPostgres(postgres)).stop();
  await rm(directory, { recursive: true, force: true });
}

/** A signal ends the demo; the platform is stopped all the same. */
function unlessStopped<T>(cli: Cli, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    work.then(resolve, reject);
    void stopOnSignal(cli, async () => reject(new Error('the demo was stopped')));
  });
}

function tell(cli: Cli, outcomes: DemoOutcome[], options: { json?: boolean }): void {
  const bad = outcomes.filter((outcome) => outcome.state !== 'succeeded').length;
  const saved = outcomes.reduce((sum, outcome) => sum + outcome.artifacts.length, 0);
  if (bad > 0) cli.exitCode = EXIT_FAILED;
  const summary = `${outcomes.length - bad} of ${outcomes.length} jobs succeeded; ${saved} artifacts are in ${ARTIFACTS}/\n`;
  cli.terminal.out(`\n${showOutcomes(outcomes)}\n${summary}`);
  if (options.json) cli.terminal.out(`${outcomesJson(outcomes)}\n`);
}
