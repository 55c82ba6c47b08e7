import { WindlassClient } from '@windlass/client';
import type { Command } from 'commander';
import type { Cli } from './cli.js';
import { UsageFailure } from './cli-failure.js';
import { contextNamed, readContexts } from './contexts.js';

export interface ConnectionOptions {
  url?: string;
  token?: string;
  context?: string;
  json?: boolean;
}

/** The options of every command that talks to a service. */
export function withConnection(command: Command): Command {
  return command
    .option('--url <url>', 'address of the service (else WINDLASS_URL, else the context)')
    .option('--token <token>', 'JWT or API key (else WINDLASS_TOKEN, else the context)')
    .option('--context <name>', 'a named context (else the one in use)')
    .option('--json', 'print JSON');
}

/** The nearer wins: option, then a named context, then environment, then the context in use. */
export async function connectClient(cli: Cli, options: ConnectionOptions): Promise<WindlassClient> {
  const context = await chooseContext(cli, options);
  const named = options.context === undefined ? undefined : context;
  const url = options.url ?? named?.url ?? (cli.env.WINDLASS_URL || undefined) ?? context?.url;
  const token = options.token ?? named?.token ?? (cli.env.WINDLASS_TOKEN || undefined) ?? context?.token;
  if (url === undefined || token === undefined) {
    throw new UsageFailure(
      `${url === undefined ? 'The address of a service' : 'A token'} is missing.`,
      'Set WINDLASS_URL and WINDLASS_TOKEN, give --url and --token, or: windlass context add NAME --url URL --token TOKEN',
    );
  }
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw new UsageFailure(`"${url}" is not an address.`, 'It starts with http:// or https://.');
  }
  return new WindlassClient({ url, token });
}

async function chooseContext(cli: Cli, options: ConnectionOptions) {
  // A context file that cannot be read is no reason to fail where nothing is needed from it.
  const needed = options.context !== undefined || !hasBoth(cli, options);
  if (!needed) return undefined;
  const known = await readContexts(cli.contextsPath);
  const name = options.context ?? known.current;
  if (name === undefined) return undefined;
  return contextNamed(known, name, cli.contextsPath);
}

function hasBoth(cli: Cli, options: ConnectionOptions): boolean {
  return Boolean((options.url ?? cli.env.WINDLASS_URL) && (options.token ?? cli.env.WINDLASS_TOKEN));
}
