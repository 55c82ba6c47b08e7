import type { BenchServers } from '../servers/bench-servers.js';
import { BullMq } from './bullmq.js';
import { GraphileWorker } from './graphile-worker.js';
import type { System } from './system.js';
import { Windlass, type WindlassForm } from './windlass.js';

export const SHORT_SYSTEMS = ['windlass-separate', 'windlass-app'];
export const DEFAULT_SYSTEMS = [...SHORT_SYSTEMS, 'bullmq-everysec', 'bullmq-always', 'graphile-worker'];
export const VARIANT_SYSTEMS = SHORT_SYSTEMS.flatMap((name) => [name, `${name}+pack=50`, `${name}+pace=0`]);

const WORKER = { app: 'worker', role: 'worker' };
const FORMS: Record<string, WindlassForm['processes']> = {
  'windlass-separate': [
    { app: 'core-api', role: 'core' },
    { app: 'scheduler', role: 'scheduler' },
    WORKER,
    { app: 'gateway', role: 'http' },
  ],
  'windlass-app': [{ app: 'host', role: 'http', env: { ROLES: 'gateway,core,scheduler' } }, WORKER],
};
/** A variant's setting and the figure of the hand-over that it changes. */
const CHANGES: Record<string, string> = { pack: 'packSize', pace: 'paceMs' };

export type ServerName = 'postgres' | 'rabbitmq' | 'redis';

/** What the named systems need. @throws Error for a name that is none */
export function neededServers(names: readonly string[]): ServerName[] {
  const needed = names.flatMap((name): ServerName[] => {
    if (readForm(name)) return ['postgres', 'rabbitmq'];
    if (name === 'graphile-worker') return ['postgres'];
    if (name === 'bullmq-everysec' || name === 'bullmq-always') return ['redis'];
    throw new Error(`--systems: "${name}" is none of ${DEFAULT_SYSTEMS.join(', ')}`);
  });
  return [...new Set(needed)];
}

export function createSystem(name: string, servers: BenchServers, directory: string): System {
  const form = readForm(name);
  if (form) return new Windlass(form, servers, directory);
  if (name === 'graphile-worker') return new GraphileWorker(servers, directory);
  return new BullMq(name === 'bullmq-always' ? 'always' : 'everysec', servers, directory);
}

/** `windlass-app+pack=50+pace=0`: a form and what differs in it. */
export function readForm(name: string): WindlassForm | undefined {
  const [base = '', ...settings] = name.split('+');
  const processes = FORMS[base];
  if (!processes) return undefined;
  if (settings.length === 0) return { name, processes };
  const dispatch: Record<string, number> = {};
  for (const setting of settings) {
    const [, key = '', value] = /^([a-z]+)=(\d{1,6})$/.exec(setting) ?? [];
    const figure = CHANGES[key];
    if (!figure) throw new Error(`--systems: "${setting}" in "${name}" is none of pack=NUMBER, pace=NUMBER`);
    dispatch[figure] = Number(value);
  }
  return { name, processes, dispatch };
}
