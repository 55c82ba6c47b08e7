import { mkdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { WindlassClient } from '@windlass/client';
import { CliFailure } from '../frame/cli-failure.js';

/** Downloads all artifacts of a job into a folder that holds nothing else afterwards. Answers their paths. */
export async function saveArtifacts(client: WindlassClient, jobId: string, folder: string): Promise<string[]> {
  const artifacts = await client.artifacts(jobId);
  if (artifacts.length === 0) return [];
  await rm(folder, { recursive: true, force: true });
  const paths: string[] = [];
  for (const { name } of artifacts) {
    const path = join(folder, ...safeParts(name));
    await mkdir(dirname(path), { recursive: true });
    await client.download({ jobId, artifact: name }, path);
    paths.push(path);
  }
  return paths;
}

/** A name made elsewhere must not lead out of the folder. */
function safeParts(name: string): string[] {
  const parts = name.split(/[\\/]/);
  if (parts.some((part) => part === '' || part === '.' || part === '..')) {
    throw new CliFailure(`The artifact name "${name}" is not one to write a file under.`);
  }
  return parts;
}

/** A folder for each input under its file name; inputs of the same name are numbered. */
export function chooseFolders(inputs: string[], root: string): string[] {
  const taken = new Set<string>();
  return inputs.map((input) => {
    const name =
      basename(input)
        .replace(/[^\w.-]+/g, '-')
        .replace(/^\.+/, '') || 'input';
    let chosen = name;
    for (let count = 2; taken.has(chosen.toLowerCase()); count += 1) chosen = `${name}-${count}`;
    taken.add(chosen.toLowerCase());
    return join(root, chosen);
  });
}
