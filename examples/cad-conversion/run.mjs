// What a PLM application does with a drawing: upload it, have it converted, fetch what came out. Then checks the figures in
// metadata.json against what the CAD kernel that made the sample measured. Exits 0 only if they agree. Needs a built checkout.
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { WindlassClient } from '../../libs/client/dist/index.js';
import { startPlatform } from '../start-program.mjs';

const SAMPLES = fileURLToPath(new URL('samples', import.meta.url));
const EXPECTED = JSON.parse(readFileSync(join(SAMPLES, 'expected.json'), 'utf8'));
/** An assembly with names and colours. Others by name: `npm run example cad-conversion flange.step block.iges`. */
const DEFAULT_SAMPLE = 'mount.step';
/** A mesh is measured, not the exact solid: chords of round parts lie inside, most of all on small ones such as the bolt. */
const TOLERANCE = 0.01;
const ARTIFACTS = ['metadata.json', 'model.glb', 'model.stl', 'thumbnail.png'];
const CONVERSION_MS = 100_000;

const names = process.argv.length > 2 ? process.argv.slice(2) : [DEFAULT_SAMPLE];
const folder = mkdtempSync(join(tmpdir(), 'windlass-cad-'));
let platform;
try {
  const unknown = names.find((name) => !Object.hasOwn(EXPECTED, name));
  if (unknown) throw new Error(`There is no sample ${unknown}; there are ${Object.keys(EXPECTED).join(', ')}.`);
  platform = await startPlatform(join(folder, 'data'), { SLOTS: 'conversion.cad=1' });
  const client = new WindlassClient({ url: platform.url, token: platform.token });
  for (const name of names) {
    const paths = await convert(client, name);
    check(name, JSON.parse(readFileSync(paths.get('metadata.json'), 'utf8')));
  }
  console.log('cad-conversion: held');
} catch (error) {
  console.error(`cad-conversion: ${error.message}`);
  process.exitCode = 1;
} finally {
  await platform?.stop();
  rmSync(folder, { recursive: true, force: true });
}

/** From a file on disk to its artifacts on disk. */
async function convert(client, name) {
  const path = join(SAMPLES, name);
  const file = await client.upload(path, { sha256: sha256Of(path) });
  const { id } = await client.submit(
    { type: 'conversion.cad', payload: { file, formats: ['glb', 'stl'] }, tags: ['drawing', name] },
    // The same drawing sent twice is converted once.
    { idempotencyKey: `convert-${file.id}` },
  );
  const job = await client.wait(id, {
    timeoutMs: CONVERSION_MS,
    onProgress: ({ state, progress }) => {
      if (state === 'running' && progress) console.log(`${name}: ${progress.percent} %, ${progress.message}`);
    },
  });
  if (job.state !== 'succeeded') throw new Error(`${name} ${job.state}: ${job.error?.message}`);
  const paths = new Map();
  for (const artifact of await client.artifacts(id)) {
    const target = join(folder, `${name}-${artifact.name.replaceAll('/', '-')}`);
    await client.download({ jobId: id, artifact: artifact.name }, target);
    if (sha256Of(target) !== artifact.sha256) throw new Error(`${artifact.name} is not what was stored.`);
    console.log(`${name}: ${artifact.name}, ${statSync(target).size} bytes`);
    paths.set(artifact.name, target);
  }
  same(`artifacts of ${name}`, [...paths.keys()].sort(), ARTIFACTS);
  return paths;
}

function check(name, metadata) {
  const expected = EXPECTED[name];
  close(`volume of ${name}`, metadata.volume, expected.volumeMm3);
  close(`area of ${name}`, metadata.area, expected.areaMm2);
  for (const count of ['solids', 'products', 'occurrences'])
    same(`${count} of ${name}`, metadata[count], expected[count]);
  same(`colours of ${name}`, metadata.colors.length, expected.colors);
  for (const [part, { quantity, volumeMm3 }] of Object.entries(expected.parts ?? {})) {
    const found = metadata.parts.find((each) => each.name === part);
    same(`quantity of ${part}`, found?.quantity, quantity);
    close(`volume of ${part}`, found.volume, volumeMm3);
  }
  console.log(`${name}: ${metadata.volume} mm³, ${metadata.solids} solids, ${metadata.products} products`);
}

function sha256Of(path) {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

function close(what, got, wanted) {
  if (!(Math.abs(got - wanted) <= wanted * TOLERANCE)) throw new Error(`The ${what} is ${got}, not ${wanted}.`);
}

function same(what, got, wanted) {
  const [a, b] = [JSON.stringify(got), JSON.stringify(wanted)];
  if (a !== b) throw new Error(`The ${what} is ${a}, not ${b}.`);
}
