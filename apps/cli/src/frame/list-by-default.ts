import type { Command } from 'commander';

/** `windlass queues` is `windlass queues list`; a mistyped command is still told as one. */
export function listByDefault(group: Command): Command {
  return group
    .command('list', { isDefault: true })
    .allowExcessArguments()
    .hook('preAction', (_hooked, list) => {
      const [unknown] = list.args;
      if (unknown !== undefined) group.error(`error: unknown command '${unknown}'`, { exitCode: 2 });
    });
}
