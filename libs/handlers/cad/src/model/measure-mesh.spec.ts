import { describe, expect, it } from 'vitest';
import { clampDeflection } from '../read/choose-deflection.js';
import type { CadMesh } from './cad-mesh.js';
import { cleanFileName, cleanName } from './clean-name.js';
import { measureMesh, volumeKindOf } from './measure-mesh.js';
import { applyTo, frameOf, invert, multiply } from './rigid-transform.js';

/** A box whose faces have vertices of their own, as meshers give them. */
function box(size: number, options: { at?: number; faces?: number; gap?: number; insideOut?: boolean } = {}): CadMesh {
  const { at = 0, faces = 6, gap = 0, insideOut = false } = options;
  const corners = [
    [0, 2, 3, 1],
    [4, 5, 7, 6],
    [0, 1, 5, 4],
    [2, 6, 7, 3],
    [0, 4, 6, 2],
    [1, 3, 7, 5],
  ];
  const positions: number[] = [];
  const triangles: number[] = [];
  corners.slice(0, faces).forEach((face, number) => {
    const base = positions.length / 3;
    for (const corner of face) {
      positions.push(
        at + size * (corner & 1),
        at + size * ((corner >> 1) & 1),
        at + size * (corner >> 2) + gap * number,
      );
    }
    const quad = insideOut ? [0, 2, 1, 0, 3, 2] : [0, 1, 2, 0, 2, 3];
    triangles.push(...quad.map((corner) => base + corner));
  });
  return {
    name: '',
    positions: Float32Array.from(positions),
    normals: null,
    triangles: Uint32Array.from(triangles),
    color: null,
    faces: [],
  };
}

describe('measuring a mesh', () => {
  it('finds volume and area of a closed one, also far from the origin and inside out', () => {
    for (const mesh of [box(10), box(10, { at: 1_000_000 }), box(10, { insideOut: true })]) {
      const { volumeMm3, areaMm2, isClosed } = measureMesh(mesh);
      expect(isClosed).toBe(true);
      expect(volumeMm3).toBeCloseTo(1000, 3);
      expect(areaMm2).toBeCloseTo(600, 3);
    }
  });

  it('gives no volume for one with a missing face', () => {
    expect(measureMesh(box(10, { faces: 5 }))).toMatchObject({ volumeMm3: null, isClosed: false });
  });

  it('gives an approximate one where faces are a hair apart', () => {
    const measure = measureMesh(box(10, { gap: 1e-4 }));
    expect(measure.isClosed).toBe(false);
    expect(measure.volumeMm3).toBeCloseTo(1000, 0);
    expect(volumeKindOf([measure])).toBe('approximate');
  });

  it('calls the volume by its weakest body', () => {
    const closed = measureMesh(box(10));
    const open = measureMesh(box(10, { faces: 3 }));
    expect([volumeKindOf([closed]), volumeKindOf([closed, open]), volumeKindOf([open])]).toEqual([
      'closed',
      'partial',
      'none',
    ]);
  });
});

describe('the deflection', () => {
  it('is what was asked for on ordinary parts and grows with large models', () => {
    expect(clampDeflection('standard', 300)).toBe(0.1);
    expect(clampDeflection('standard', 38_000)).toBeCloseTo(3.8, 9);
    expect(clampDeflection('high', 38_000)).toBeCloseTo(0.38, 9);
  });

  it('shrinks with models that are smaller than it', () => {
    expect(clampDeflection('preview', 1)).toBe(0.02);
  });
});

describe('placements', () => {
  it('undo themselves', () => {
    const frame = frameOf([1, 2, 3], [0, 1, 1], [1, 0.5, 0])!;
    const [x, y, z] = applyTo(multiply(frame, invert(frame)), [4, 5, 6]);
    expect([x, y, z]).toEqual([4, 5, 6].map((value) => expect.closeTo(value, 9)));
  });

  it('do not exist for directions that span no frame', () => {
    expect(frameOf([0, 0, 0], [0, 0, 0], [1, 0, 0])).toBeNull();
    expect(frameOf([0, 0, 0], [0, 0, 1], [0, 0, 2])).toBeNull();
    expect(frameOf([Number.NaN, 0, 0], [0, 0, 1], [1, 0, 0])).toBeNull();
  });
});

describe('names out of foreign files', () => {
  it('lose control characters, lone surrogates and length', () => {
    expect(cleanName(' a\u0000b\n\ud800 ', 'x')).toBe('a b \ufffd');
    expect(cleanName('\u0000', 'x')).toBe('x');
    expect(cleanName('y'.repeat(1000), 'x')).toHaveLength(200);
  });

  it('cannot leave their folder as file names', () => {
    expect(cleanFileName('../../etc/passwd')).toBe('etc-passwd');
    expect(cleanFileName('...')).toBe('part');
    expect(cleanFileName('Schraube M10×30')).toBe('Schraube-M10-30');
  });
});
