import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { FailJob } from '@windlass/handler-kit';
import { describe, expect, it } from 'vitest';
import { MAX_FILE_BYTES, MAX_PAREN_DEPTH } from './conversion-bounds.js';
import { checkFileSize, convertCad } from './convert-cad.js';
import type { CadFailure } from './fail-conversion.js';
import { assemblyRecords, foreignFiles, readSample, stepFile } from './sample-files.spec.fixture.js';

const TIMEOUT_MS = 120_000;

async function refusalOf(bytes: Buffer, name: string): Promise<FailJob> {
  const answer = await convertCad(bytes, name).then(
    ({ summary }) => summary,
    (error: unknown) => error,
  );
  if (answer instanceof FailJob) return answer;
  throw new Error(`not refused: ${JSON.stringify(answer)} ${String(answer)}`);
}

const step = readSample('mount.step');
const iges = readSample('block.iges').toString('latin1');
const brep = readSample('flange.brep');
const chain = (levels: number) => Array.from({ length: levels - 1 }, (_, i): [number, number] => [i + 1, i + 2]);
const doubling = chain(40).flatMap((use) => [use, use]);
const tessellated = `#9=PRODUCT('t','t','',());#7=TRIANGULATED_FACE('',#1,3,((0.,0.,1.)),$,(1,2,3),((1,2,3)));${assemblyRecords(1, [])}`;

const REFUSED: [title: string, name: string, bytes: Buffer, code: CadFailure][] = [
  ['an empty file', 'a.step', Buffer.alloc(0), 'cad.empty'],
  ['a text of another kind', 'a.txt', Buffer.from('hello\n'), 'cad.format-unknown'],
  [
    'a file that only calls itself STEP',
    'a.step',
    Buffer.from('solid cube\nfacet normal 0 0 1\n'),
    'cad.format-unknown',
  ],
  ['zeros', 'a.iges', Buffer.alloc(4096), 'cad.format-unknown'],
  ['STEP without its end', 'a.step', step.subarray(0, step.length / 2), 'cad.truncated'],
  ['IGES without its terminate record', 'a.iges', Buffer.from(iges.slice(0, -82), 'latin1'), 'cad.truncated'],
  [
    'IGES with a line lost in the middle',
    'a.iges',
    Buffer.from(iges.replace(/^.*P {6}3\n/m, ''), 'latin1'),
    'cad.truncated',
  ],
  ['BREP without its end', 'a.brep', brep.subarray(0, brep.length - 40), 'cad.truncated'],
  [
    'parentheses as deep as the file is long',
    'a.step',
    stepFile(`#1=X(${'('.repeat(100_000)}${')'.repeat(100_000)});`),
    'cad.nesting-too-deep',
  ],
  [
    'an assembly that uses itself',
    'a.step',
    stepFile(
      assemblyRecords(2, [
        [1, 2],
        [2, 1],
      ]),
    ),
    'cad.assembly-cycle',
  ],
  ['an assembly nested beyond the bound', 'a.step', stepFile(assemblyRecords(100, chain(100))), 'cad.nesting-too-deep'],
  [
    'an assembly that doubles with each of 40 levels',
    'a.step',
    stepFile(assemblyRecords(40, doubling)),
    'cad.assembly-too-large',
  ],
];

describe('files that are refused', () => {
  for (const [title, name, bytes, code] of REFUSED) {
    it(`${title} fails the job for good as ${code}`, { timeout: TIMEOUT_MS }, async () => {
      expect((await refusalOf(bytes, name)).code).toBe(code);
    });
  }

  it('tessellated geometry alone fails with the reason instead of an empty model', {
    timeout: TIMEOUT_MS,
  }, async () => {
    const refusal = await refusalOf(stepFile(tessellated, 'AP242_MANAGED_MODEL_BASED_3D_ENGINEERING_MIM_LF'), 'a.step');
    expect(['cad.no-geometry', 'cad.unreadable']).toContain(refusal.code);
    for (const path of foreignFiles('cad').filter((file) => file.includes('-tg'))) {
      const foreign = await refusalOf(readFileSync(path), basename(path));
      expect(foreign.code).toBe('cad.no-geometry');
      expect(foreign.message).toContain('tessellated');
    }
  });

  it('geometry beyond every bound fails instead of giving an endless box', { timeout: TIMEOUT_MS }, async () => {
    // The block's short side, half an inch, becomes 9,000 million; of the same length, since columns count.
    const endless = iges.replaceAll('0.5,', '9E9,');
    expect(endless).not.toBe(iges);
    expect((await refusalOf(Buffer.from(endless, 'latin1'), 'a.iges')).code).toBe('cad.not-finite');
  });

  it('damaged records fail the job instead of leaving parts out', { timeout: TIMEOUT_MS }, async () => {
    const text = step.toString('latin1');
    const at = text.indexOf('ADVANCED_FACE');
    const damaged = Buffer.from(`${text.slice(0, at)}ADVANC~D_F}CE${text.slice(at + 13)}`, 'latin1');
    expect((await refusalOf(damaged, 'a.step')).code).toMatch(/^cad\.(damaged|unreadable|reader-crashed)$/);
  });

  for (const path of foreignFiles('hostile').filter((file) => file.endsWith('.stp') && !file.includes('hang'))) {
    it(`${basename(path)} is refused with a cad code`, { timeout: TIMEOUT_MS }, async () => {
      expect((await refusalOf(readFileSync(path), basename(path))).code).toMatch(/^cad\./);
    });
  }

  it('sizes are refused at the bound exactly', () => {
    expect(() => checkFileSize(MAX_FILE_BYTES)).not.toThrow();
    expect(() => checkFileSize(MAX_FILE_BYTES + 1)).toThrow(FailJob);
  });

  it('nesting just at the bound is left to the reader', { timeout: TIMEOUT_MS }, async () => {
    const depth = MAX_PAREN_DEPTH - 1;
    const refusal = await refusalOf(stepFile(`#1=X(${'('.repeat(depth)}${')'.repeat(depth)});`), 'a.step');
    expect(refusal.code).not.toBe('cad.nesting-too-deep');
  });
});
