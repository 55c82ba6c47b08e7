import type { Command } from 'commander';
import type { Cli } from '../frame/cli.js';
import { UsageFailure } from '../frame/cli-failure.js';
import { contextNamed, readContexts, writeContexts } from '../frame/contexts.js';
import { printAnswer } from '../frame/print-answer.js';
import { readInput } from '../frame/read-input.js';
import { showTable } from '../frame/show-table.js';

interface AddOptions {
  url: string;
  token: string;
  use?: boolean;
  json?: boolean;
}

export function addContext(program: Command, cli: Cli): void {
  const context = program
    .command('context')
    .description('Named services, so that address and token need not be given.');
  context
    .command('add')
    .description('Add or replace one; the first one is used at once.')
    .argument('<name>')
    .requiredOption('--url <url>', 'address of the service')
    .requiredOption('--token <token>', 'JWT or API key; - reads it from standard input')
    .option('--use', 'use it from now on')
    .option('--json', 'print JSON')
    .action((name: string, options: AddOptions) => add(cli, name, options));
  context
    .command('use')
    .description('Choose the one that is used from now on.')
    .argument('<name>')
    .option('--json', 'print JSON')
    .action((name: string, options: { json?: boolean }) => use(cli, name, options));
  context
    .command('list')
    .description('List them.')
    .option('--json', 'print JSON')
    .action((options: { json?: boolean }) => list(cli, options));
  context
    .command('remove')
    .description('Forget one.')
    .argument('<name>')
    .option('--json', 'print JSON')
    .action((name: string, options: { json?: boolean }) => remove(cli, name, options));
}

async function add(cli: Cli, name: string, options: AddOptions): Promise<void> {
  if (!/^[\w.-]{1,64}$/.test(name) || name === '__proto__') {
    throw new UsageFailure(`"${name}" cannot be a name.`, 'Use letters, digits, dot, dash and underscore.');
  }
  if (!URL.canParse(options.url))
    throw new UsageFailure(`"${options.url}" is not an address.`, 'It starts with https://.');
  const token = options.token === '-' ? (await readInput(cli, '-')).trim() : options.token;
  const known = await readContexts(cli.contextsPath);
  const current = options.use || known.current === undefined ? name : known.current;
  await writeContexts(cli.contextsPath, {
    current,
    contexts: { ...known.contexts, [name]: { url: options.url, token } },
  });
  printAnswer(
    cli,
    options,
    { name, url: options.url, current: current === name },
    () => `${name} is ${options.url}.\n`,
  );
}

async function use(cli: Cli, name: string, options: { json?: boolean }): Promise<void> {
  const known = await readContexts(cli.contextsPath);
  const { url } = contextNamed(known, name, cli.contextsPath);
  await writeContexts(cli.contextsPath, { ...known, current: name });
  printAnswer(cli, options, { name, url, current: true }, () => `Using ${name}, ${url}.\n`);
}

/** Tokens are left out: lists end up in logs and on screens. */
async function list(cli: Cli, options: { json?: boolean }): Promise<void> {
  const { current, contexts } = await readContexts(cli.contextsPath);
  const items = Object.entries(contexts).map(([name, { url }]) => ({ name, url, current: name === current }));
  printAnswer(cli, options, { items }, () =>
    items.length > 0
      ? showTable(
          ['NAME', 'ADDRESS', 'IN USE'],
          items.map((each) => [each.name, each.url, each.current ? 'yes' : '']),
        )
      : 'There are no contexts. Add one: windlass context add NAME --url URL --token TOKEN\n',
  );
}

async function remove(cli: Cli, name: string, options: { json?: boolean }): Promise<void> {
  const { current, contexts } = await readContexts(cli.contextsPath);
  contextNamed({ contexts }, name, cli.contextsPath);
  const { [name]: _removed, ...left } = contexts;
  await writeContexts(
    cli.contextsPath,
    current === undefined || current === name ? { contexts: left } : { current, contexts: left },
  );
  printAnswer(cli, options, { name, removed: true }, () => `${name} is removed.\n`);
}
