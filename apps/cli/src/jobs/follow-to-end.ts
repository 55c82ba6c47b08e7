import type { Job, WindlassClient } from '@windlass/client';
import type { Cli } from '../frame/cli.js';
import { ProgressLine } from '../frame/progress-line.js';
import { plain } from '../frame/show-values.js';
import { untilInterrupted } from '../frame/until-interrupted.js';
import { attemptHeads, showLogLine } from './show-log-line.js';
import { describeProgress, tellTrouble, waitAgain } from './wait-for-end.js';

/** How long after the job's end its last lines are waited for: they are committed before it, only the stream has to bring them. */
const LAST_LINES_MS = 5_000;

/** Waits until the job is finished; its log lines and progress go to standard error meanwhile. */
export function followToEnd(cli: Cli, client: WindlassClient, id: string, timeoutMs?: number): Promise<Job> {
  return untilInterrupted(cli, waitAgain(id), async (signal) => {
    const line = new ProgressLine(cli.terminal);
    const leave = new AbortController();
    const printing = printLog(client, id, line, AbortSignal.any([signal, leave.signal]));
    try {
      const onProgress = (job: Job) => showProgress(cli, line, job);
      const job = await client.wait(id, { timeoutMs, signal, onProgress, onTrouble: tellTrouble(line) });
      const timer = setTimeout(() => leave.abort(), LAST_LINES_MS);
      await printing.finally(() => clearTimeout(timer));
      return job;
    } finally {
      leave.abort();
      await printing;
      line.clear();
    }
  });
}

/** Never rejects: a log that cannot be followed is no reason to end the wait. */
async function printLog(client: WindlassClient, id: string, line: ProgressLine, signal: AbortSignal): Promise<void> {
  const headOf = attemptHeads();
  try {
    for await (const each of client.logs(id, { follow: true, signal })) line.above(headOf(each) + showLogLine(each));
  } catch (error) {
    if (signal.aborted) return;
    line.above(`windlass: its log cannot be followed: ${plain((error as Error).message)}\n`);
  }
}

/** Where no line can be rewritten each change is one. */
function showProgress(cli: Cli, line: ProgressLine, job: Job): void {
  const percent = job.progress?.percent;
  const text = describeProgress(job);
  if (cli.terminal.live) line.show(percent, text);
  else cli.terminal.err(`-- ${percent === undefined ? '' : `${Math.round(percent)} % `}${plain(text)}\n`);
}
