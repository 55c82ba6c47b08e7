import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Phase } from './conversion.types.js';
import { convertCad } from './convert-cad.js';
import { expectedSamples, foreignFiles, knownFiles, readSample } from './sample-files.spec.fixture.js';

const TIMEOUT_MS = 120_000;

function artifactOf(artifacts: { name: string; bytes: Uint8Array }[], name: string): Uint8Array {
  const found = artifacts.find((artifact) => artifact.name === name);
  if (!found) throw new Error(`no artifact ${name}`);
  return found.bytes;
}
const metadataOf = (artifacts: { name: string; bytes: Uint8Array }[]) =>
  JSON.parse(Buffer.from(artifactOf(artifacts, 'metadata.json')).toString('utf8'));

describe('conversion of known files', () => {
  for (const { name, bytes, expected } of knownFiles()) {
    it(`${name} has the volume, area and structure that its kernel says`, { timeout: TIMEOUT_MS }, async () => {
      const { summary, artifacts } = await convertCad(bytes, name);
      expect(summary.volume! / expected.volumeMm3).toBeGreaterThan(0.997);
      expect(summary.volume! / expected.volumeMm3).toBeLessThan(1.003);
      expect(summary.area / expected.areaMm2).toBeGreaterThan(0.99);
      expect(summary.area / expected.areaMm2).toBeLessThan(1.01);
      expect(summary).toMatchObject({
        volumeKind: 'closed',
        solids: expected.solids,
        products: expected.products,
        occurrences: expected.occurrences,
      });
      expect(metadataOf(artifacts).colors).toHaveLength(expected.colors);
      expect(summary.artifacts).toEqual(['model.glb', 'model.stl', 'thumbnail.png', 'metadata.json']);
    });
  }

  for (const path of foreignFiles('cad').filter((file) => /nist_ctc/.test(file))) {
    it(`${basename(path)} converts to one closed solid`, { timeout: TIMEOUT_MS }, async () => {
      const { summary } = await convertCad(readFileSync(path), basename(path));
      expect(summary).toMatchObject({ format: 'step', solids: 1, volumeKind: 'closed', products: 1, warnings: [] });
    });
  }

  it('comes closer to the exact volume of a round part the higher the quality', { timeout: TIMEOUT_MS }, async () => {
    const exact = expectedSamples['flange.step']!.volumeMm3;
    const errorAt = async (meshQuality: 'preview' | 'standard' | 'high') => {
      const { summary } = await convertCad(readSample('flange.step'), 'flange.step', { formats: ['stl'], meshQuality });
      return Math.abs(summary.volume! / exact - 1);
    };
    const [preview, standard, high] = [await errorAt('preview'), await errorAt('standard'), await errorAt('high')];
    expect(preview).toBeGreaterThan(standard);
    expect(standard).toBeGreaterThan(high);
    expect(high).toBeLessThan(0.001);
  });

  it('tells the bill of materials of an assembly with quantities and volumes', { timeout: TIMEOUT_MS }, async () => {
    const { artifacts } = await convertCad(readSample('mount.step'), 'mount.step');
    const metadata = metadataOf(artifacts);
    const parts = metadata.parts as { name: string; quantity: number; volume: number }[];
    const expected = expectedSamples['mount.step']!.parts!;
    expect(Object.fromEntries(parts.map(({ name, quantity }) => [name, quantity]))).toEqual(
      Object.fromEntries(Object.entries(expected).map(([name, { quantity }]) => [name, quantity])),
    );
    for (const { name, volume } of parts) expect(Math.abs(volume / expected[name]!.volumeMm3 - 1)).toBeLessThan(0.01);
    expect(metadata.tree).toEqual([
      {
        name: 'mount',
        quantity: 1,
        parts: [
          { name: 'plate', quantity: 1 },
          {
            name: 'bracket-assembly',
            quantity: 2,
            parts: [
              { name: 'bracket', quantity: 1 },
              {
                name: 'fastener',
                quantity: 2,
                parts: [
                  { name: 'bolt', quantity: 1 },
                  { name: 'nut', quantity: 1 },
                ],
              },
            ],
          },
        ],
      },
    ]);
  });

  it('converts inches to millimetres and says what the file was in', { timeout: TIMEOUT_MS }, async () => {
    for (const name of ['flange.step', 'block.iges']) {
      const { artifacts } = await convertCad(readSample(name), name);
      expect(metadataOf(artifacts).units.file).toEqual({ name: 'inch', toMillimetres: 25.4 });
    }
    const { summary } = await convertCad(readSample('block.iges'), 'block.iges');
    expect(summary.boundingBox.max.map(Math.fround)).toEqual([50.8, 25.4, 12.7].map((side) => expect.closeTo(side, 3)));
  });

  it('goes through its phases in order and stops between them when the signal aborts', {
    timeout: TIMEOUT_MS,
  }, async () => {
    const phases: Phase[] = [];
    await convertCad(readSample('flange.brep'), 'flange.brep', { onPhase: (phase) => phases.push(phase) });
    expect(phases).toEqual(['read', 'mesh', 'write', 'picture']);
    const aborter = new AbortController();
    const seen: Phase[] = [];
    const aborted = convertCad(readSample('flange.brep'), 'flange.brep', {
      signal: aborter.signal,
      onPhase: (phase) => {
        seen.push(phase);
        if (phase === 'write') aborter.abort(new Error('stop here'));
      },
    });
    await expect(aborted).rejects.toThrow('stop here');
    expect(seen).toEqual(['read', 'mesh', 'write']);
  });
});
