import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Made once for each data directory: passwords of the owner and of the two service roles, and what names its home. */
export interface EmbeddedSecrets {
  id: string;
  owner: string;
  engine: string;
  reader: string;
}

/** Reads `secrets.json` of the directory, or makes it with mode 0600. */
export async function readEmbeddedSecrets(directory: string): Promise<EmbeddedSecrets> {
  const path = join(directory, 'secrets.json');
  try {
    return JSON.parse(await readFile(path, 'utf8')) as EmbeddedSecrets;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  const make = () => randomBytes(24).toString('base64url');
  const secrets: EmbeddedSecrets = {
    id: randomBytes(8).toString('hex'),
    owner: make(),
    engine: make(),
    reader: make(),
  };
  await writeFile(path, JSON.stringify(secrets), { mode: 0o600, flag: 'wx' });
  return secrets;
}
