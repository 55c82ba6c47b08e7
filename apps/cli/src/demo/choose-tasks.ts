import { readdir } from 'node:fs/promises';
import { extname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CliFailure } from '../frame/cli-failure.js';
import type { DemoTask } from './demo-task.js';

/** From dist/demo up to the repository: the demo belongs to a checkout. */
const SAMPLES = fileURLToPath(new URL('../../../../examples/cad-conversion/samples', import.meta.url));
const CAD_ENDINGS = ['.step', '.stp', '.iges', '.igs', '.brep'];
const HASHED = [{ example: 'data' }, 'a text is hashed with its quotes', [1, 2, 3, 'für alle']];

/** The built-in ones, then the user's files. */
export async function chooseTasks(cwd: string, files: string[]): Promise<DemoTask[]> {
  const hashes = HASHED.map((payload): DemoTask => ({ type: 'hash', input: JSON.stringify(payload), payload }));
  const samples = (await sampleFiles()).map((path) => conversion(relative(cwd, path), path));
  return [...hashes, ...samples, ...files.map((file) => conversion(file, resolve(cwd, file)))];
}

function conversion(input: string, path: string): DemoTask {
  return { type: 'conversion.cad', input, path };
}

async function sampleFiles(): Promise<string[]> {
  const names = await readdir(SAMPLES).catch(() => []);
  const cad = names.filter((name) => CAD_ENDINGS.includes(extname(name).toLowerCase())).sort();
  if (cad.length === 0)
    throw new CliFailure(`There are no samples in ${SAMPLES}.`, 'Run the demo in a whole checkout.');
  return cad.map((name) => join(SAMPLES, name));
}
