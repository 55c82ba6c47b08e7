import { ConfigFault } from '@windlass/service-kit';

/**
 * The variables that the operator lets through to handlers. Read here, since their names are known only from the configuration.
 * @throws ConfigFault naming each that is not set: better now than in every job
 */
export function handlerEnvironment(names: readonly string[]): Record<string, string> {
  const missing = names.filter((name) => process.env[name] === undefined);
  if (missing.length > 0) throw new ConfigFault(missing.map((name) => `HANDLER_ENV: ${name} is not set`));
  return Object.fromEntries(names.map((name) => [name, process.env[name] ?? '']));
}
