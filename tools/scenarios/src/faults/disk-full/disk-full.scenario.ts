import { join } from 'node:path';
import { reportOf } from '../../report-of.js';
import type { Scenario, ScenarioContext, ScenarioReport } from '../../scenario.js';
import { type CleanUp, withCleanUp } from '../ground/clean-up.js';
import { makeDirectory, openPlatform } from '../ground/open-platform.js';
import { openServers } from '../ground/open-servers.js';
import { skipped } from '../ground/skip.js';
import { Volume, whyNoVolume } from '../ground/volume.js';
import { withDatabase } from '../judge/read-facts.js';
import { fillBroker } from './fill-broker.js';
import { fillPostgres } from './fill-postgres.js';
import { fillScratch } from './fill-scratch.js';
import { forgeAcceptance } from './forge-acceptance.js';

const POSTGRES_MB = 256;
const SCRATCH_MB = 64;

export const DISK_FULL: Scenario = {
  name: 'disk-full',
  about:
    'the disk of PostgreSQL, of the broker and of a worker fills up; refused with 503, nothing half-made, all heals by itself',
  minutes: 3,
  run: (context) => withCleanUp(context.progress, (cleanUp) => run(context, cleanUp)),
};

async function run(context: ScenarioContext, cleanUp: CleanUp): Promise<ScenarioReport> {
  const dir = makeDirectory(cleanUp);
  const why = await whyNoVolume(dir);
  if (why) return skipped('disk-full', why);
  const volumeOf = async (name: string, sizeMb: number) => {
    const volume = await Volume.make(join(dir, name), sizeMb);
    cleanUp.add(`the volume ${name}`, () => volume.remove());
    return volume;
  };
  const disk = await volumeOf('disk', POSTGRES_MB);
  const scratch = await volumeOf('scratch', SCRATCH_MB);
  const servers = await openServers(cleanUp, context.progress, join(disk.path, 'postgres'));
  await withDatabase(servers.postgres.address.url, async (client) => {
    // Else the write-ahead log alone outgrows a small volume.
    for (const setting of ['max_wal_size', 'min_wal_size']) await client.query(`alter system set ${setting} = '48MB'`);
    await client.query('select pg_reload_conf()');
  });
  const env = { worker: { SCRATCH_DIRECTORY: join(scratch.path, 'attempts') } };
  const platform = await openPlatform(cleanUp, { servers, dir, env, progress: context.progress });
  const postgres = await fillPostgres(platform, disk, context);
  const broker = await fillBroker(platform, context);
  const worker = await fillScratch(platform, scratch, context);
  const control = await forgeAcceptance(platform, [...postgres.submissions, ...broker.submissions]);
  return reportOf({
    name: 'disk-full',
    figures: { ...postgres.figures, ...broker.figures, ...worker.figures },
    goals: [...postgres.goals, ...broker.goals, ...worker.goals],
    control,
  });
}
