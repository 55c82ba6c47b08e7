import type { Action, WindlassClient } from '@windlass/client';
import type { Cli } from '../frame/cli.js';
import type { ConnectionOptions } from '../frame/connect-client.js';
import { EXIT_FAILED } from '../frame/explain-failure.js';
import { printAnswer } from '../frame/print-answer.js';
import { ProgressLine } from '../frame/progress-line.js';
import { untilInterrupted } from '../frame/until-interrupted.js';
import { describeAction } from './show-action.js';

export interface FinishOptions extends ConnectionOptions {
  wait?: boolean;
  timeout?: number;
}

/** Prints an action that was begun; with `wait` once it has ended. The exit code says whether it was stopped. */
export async function finishAction(
  cli: Cli,
  options: FinishOptions,
  client: WindlassClient,
  begun: Action,
): Promise<void> {
  const action = options.wait ? await waitForAction(cli, client, begun.id, options.timeout) : begun;
  printAnswer(cli, options, action, () => describeAction(action));
  if (action.state === 'stopped') cli.exitCode = EXIT_FAILED;
}

function waitForAction(cli: Cli, client: WindlassClient, id: string, timeoutMs: number | undefined): Promise<Action> {
  const hint = `The action goes on: \`windlass actions stop ${id}\` ends it.`;
  return untilInterrupted(cli, hint, async (signal) => {
    const line = new ProgressLine(cli.terminal);
    const onProgress = (action: Action) =>
      line.show(undefined, `${action.state}: ${action.matched} matched, ${action.changed} changed`);
    try {
      return await client.actions.wait(id, { timeoutMs, signal, onProgress });
    } finally {
      line.clear();
    }
  });
}
