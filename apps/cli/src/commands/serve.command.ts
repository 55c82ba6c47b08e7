import type { Command } from 'commander';
import type { Cli } from '../frame/cli.js';

export function addServe(program: Command, cli: Cli): void {
  program
    .command('serve')
    .description(
      'Run services in this process on real infrastructure, such as --roles gateway,core for one app server.',
    )
    .requiredOption('--roles <roles>', 'gateway, core, scheduler, worker; separated by commas')
    .action(async ({ roles }: { roles: string }) => {
      const [{ HostConfig, serveRoles }, { runService }] = await Promise.all([
        import('@windlass/host/serve'),
        import('@windlass/service-kit'),
      ]);
      // The role list is checked with the rest of the configuration, so that all faults are shown at once.
      cli.env.ROLES = roles;
      await runService({
        name: 'host',
        config: HostConfig,
        start: (config, context) => serveRoles(config.roles, cli.env, context),
      });
      // From here on its signals end the process.
      await new Promise(() => undefined);
    });
}
