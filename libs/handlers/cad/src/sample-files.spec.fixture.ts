import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const repository = fileURLToPath(new URL('../../../../', import.meta.url));
const samples = join(repository, 'examples/cad-conversion/samples');
/** Real files beside the checkout; they are not part of the project, so the specs use them only where they lie. */
const foreign = join(repository, '../shared/data');

export interface Expected {
  volumeMm3: number;
  areaMm2: number;
  solids: number;
  products: number;
  occurrences: number;
  colors: number;
  parts?: Record<string, { quantity: number; volumeMm3: number }>;
}

export const expectedSamples: Record<string, Expected> = JSON.parse(
  readFileSync(join(samples, 'expected.json'), 'utf8'),
);

export const readSample = (name: string): Buffer => readFileSync(join(samples, name));

/** What the foreign files are known to be. */
const KNOWN: Record<string, Expected> = {
  'as1-oc-214.stp': { volumeMm3: 764_520, areaMm2: 141_079, solids: 18, products: 9, occurrences: 13, colors: 5 },
  'cube.step': { volumeMm3: 1000, areaMm2: 600, solids: 1, products: 1, occurrences: 0, colors: 1 },
  'cube.iges': { volumeMm3: 1000, areaMm2: 600, solids: 1, products: 1, occurrences: 0, colors: 0 },
  'cube.brep': { volumeMm3: 1000, areaMm2: 600, solids: 1, products: 1, occurrences: 0, colors: 0 },
};

export interface KnownFile {
  name: string;
  bytes: Buffer;
  expected: Expected;
}

/** The project's own samples, and the known foreign files where they exist. */
export function knownFiles(): KnownFile[] {
  const own = Object.entries(expectedSamples).map(([name, expected]) => ({ name, bytes: readSample(name), expected }));
  const found = foreignFiles('cad').filter((path) => KNOWN[basename(path)]);
  return [
    ...own,
    ...found.map((path) => ({ name: basename(path), bytes: readFileSync(path), expected: KNOWN[basename(path)]! })),
  ];
}

export function foreignFiles(folder: string): string[] {
  const path = join(foreign, folder);
  return existsSync(path) ? readdirSync(path).map((name) => join(path, name)) : [];
}

/** Flips `count` bits at places that the seed decides: the same damage every time. */
export function flipBits(bytes: Buffer, seed: number, count: number): Buffer {
  const damaged = Buffer.from(bytes);
  let state = seed;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  for (let i = 0; i < count; i++) {
    const at = Math.floor(random() * damaged.length);
    damaged[at] = damaged[at]! ^ (1 << Math.floor(random() * 8));
  }
  return damaged;
}

/** STEP text around the given records of the DATA section. */
export function stepFile(records: string, schema = 'AUTOMOTIVE_DESIGN'): Buffer {
  const header = `HEADER;FILE_DESCRIPTION((''),'2;1');FILE_NAME('','',(''),(''),'','','');FILE_SCHEMA(('${schema}'));ENDSEC;`;
  return Buffer.from(`ISO-10303-21;${header}DATA;${records}ENDSEC;END-ISO-10303-21;`, 'latin1');
}

/** Product records of an assembly: each use is [parent, child], products numbered from 1. */
export function assemblyRecords(products: number, uses: readonly [number, number][]): string {
  const records = ["#1=APPLICATION_CONTEXT('');"];
  for (let i = 1; i <= products; i++) {
    records.push(`#${i * 10}=PRODUCT('p${i}','p${i}','',());`);
    records.push(`#${i * 10 + 1}=PRODUCT_DEFINITION_FORMATION('','',#${i * 10});`);
    records.push(`#${i * 10 + 2}=PRODUCT_DEFINITION('design','',#${i * 10 + 1},#1);`);
  }
  uses.forEach(([parent, child], i) => {
    records.push(
      `#${1_000_000 + i}=NEXT_ASSEMBLY_USAGE_OCCURRENCE('${i}','','',#${parent * 10 + 2},#${child * 10 + 2},$);`,
    );
  });
  return records.join('\n');
}
