import { inflateSync } from 'node:zlib';
import { NodeIO } from '@gltf-transform/core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Conversion } from './conversion.types.js';
import { convertCad } from './convert-cad.js';
import { readSample } from './sample-files.spec.fixture.js';

let mount: Conversion;
const bytesOf = (name: string) => Buffer.from(mount.artifacts.find((artifact) => artifact.name === name)!.bytes);

beforeAll(async () => {
  mount = await convertCad(readSample('mount.step'), 'mount.step', { formats: ['glb', 'stl', 'obj'], decompose: true });
}, 120_000);

describe('the GLB', () => {
  it('is in metres with Y up and fills the same box as the model', async () => {
    const root = (await new NodeIO().readBinary(bytesOf('model.glb'))).getRoot();
    const min = [Infinity, Infinity, Infinity];
    const max = [-Infinity, -Infinity, -Infinity];
    for (const node of root.listNodes()) {
      const m = node.getWorldMatrix();
      for (const primitive of node.getMesh()?.listPrimitives() ?? []) {
        const positions = primitive.getAttribute('POSITION')!;
        for (let i = 0; i < positions.getCount(); i++) {
          const [x, y, z] = positions.getElement(i, [0, 0, 0]) as [number, number, number];
          for (let axis = 0; axis < 3; axis++) {
            const value = m[axis]! * x + m[4 + axis]! * y + m[8 + axis]! * z + m[12 + axis]!;
            min[axis] = Math.min(min[axis]!, value);
            max[axis] = Math.max(max[axis]!, value);
          }
        }
      }
    }
    const box = mount.summary.boundingBox;
    const expectedMin = [box.min[0], box.min[2], -box.max[1]].map((value) => value / 1000);
    const expectedMax = [box.max[0], box.max[2], -box.min[1]].map((value) => value / 1000);
    for (let axis = 0; axis < 3; axis++) {
      expect(min[axis]).toBeCloseTo(expectedMin[axis]!, 5);
      expect(max[axis]).toBeCloseTo(expectedMax[axis]!, 5);
    }
  });

  it('has the assembly tree as nodes and every shape once', async () => {
    const root = (await new NodeIO().readBinary(bytesOf('model.glb'))).getRoot();
    const products = root.listNodes().map((node) => node.getExtras().product);
    const count = (name: string) => products.filter((product) => product === name).length;
    expect([count('mount'), count('plate'), count('bracket-assembly'), count('bracket')]).toEqual([1, 1, 2, 2]);
    expect([count('fastener'), count('bolt'), count('nut')]).toEqual([4, 4, 4]);
    expect(
      root
        .listMeshes()
        .map((mesh) => mesh.getName())
        .sort(),
    ).toEqual(['bolt', 'bracket', 'nut', 'plate']);
    expect(root.listMaterials()).toHaveLength(4);
    const bolt = root.listNodes().find((node) => node.getExtras().product === 'bolt')!;
    expect(bolt.getParentNode()?.getExtras().product).toBe('fastener');
  });

  it('keeps colours as the linear factors of its materials', async () => {
    const root = (await new NodeIO().readBinary(bytesOf('model.glb'))).getRoot();
    const bracket = root.listMeshes().find((mesh) => mesh.getName() === 'bracket')!;
    const [r, g, b] = bracket.listPrimitives()[0]!.getMaterial()!.getBaseColorFactor();
    expect([r, g, b]).toEqual([expect.closeTo(0.04, 3), expect.closeTo(0.17, 3), expect.closeTo(0.42, 3)]);
  });
});

/** Volume by the divergence theorem, straight from the file. */
function stlVolume(stl: Buffer): number {
  let volume = 0;
  for (let at = 84; at < stl.length; at += 50) {
    const [ax, ay, az, bx, by, bz, cx, cy, cz] = Array.from({ length: 9 }, (_, i) =>
      stl.readFloatLE(at + 12 + i * 4),
    ) as [number, number, number, number, number, number, number, number, number];
    volume += (ax * (by * cz - bz * cy) - ay * (bx * cz - bz * cx) + az * (bx * cy - by * cx)) / 6;
  }
  return volume;
}

describe('the STL', () => {
  it('is binary, whole, and encloses the volume of the summary', () => {
    const stl = bytesOf('model.stl');
    expect(stl.toString('latin1', 0, 5)).not.toBe('solid');
    expect(stl.readUInt32LE(80)).toBe(mount.summary.triangles);
    expect(stl.length).toBe(84 + 50 * mount.summary.triangles);
    expect(stlVolume(stl) / mount.summary.volume!).toBeCloseTo(1, 5);
  });

  it('comes once per distinct part, in the part’s own coordinates, when decomposed', () => {
    const names = mount.summary.artifacts.filter((name) => name.startsWith('parts/'));
    expect(names.sort()).toEqual(['parts/bolt.stl', 'parts/bracket.stl', 'parts/nut.stl', 'parts/plate.stl']);
    const nut = bytesOf('parts/nut.stl');
    const heights = Array.from({ length: (nut.length - 84) / 50 }, (_, i) => nut.readFloatLE(84 + i * 50 + 20));
    expect(Math.max(...heights)).toBeCloseTo(0, 4);
    expect(Math.min(...heights)).toBeCloseTo(-8, 4);
    expect(stlVolume(nut)).toBeGreaterThan(1100);
  });
});

describe('the OBJ', () => {
  it('has one object per body and refers to existing vertices only', () => {
    const lines = bytesOf('model.obj').toString('utf8').split('\n');
    const vertices = lines.filter((line) => line.startsWith('v ')).length;
    const faces = lines.filter((line) => line.startsWith('f '));
    expect(lines.filter((line) => line.startsWith('o '))).toHaveLength(mount.summary.solids);
    expect(faces).toHaveLength(mount.summary.triangles);
    const corners = faces.flatMap((line) =>
      line
        .slice(2)
        .split(' ')
        .map((corner) => Number(corner.split('//')[0])),
    );
    expect(corners.every((corner) => corner >= 1 && corner <= vertices)).toBe(true);
    expect(new Set(corners).size).toBe(vertices);
  });
});

/** Rows of an 8-bit RGB PNG whose rows are all filtered "up". */
function decodePng(png: Buffer): { width: number; height: number; rgb: Buffer } {
  const width = png.readUInt32BE(16);
  const height = png.readUInt32BE(20);
  const length = png.readUInt32BE(33);
  const raw = inflateSync(png.subarray(41, 41 + length));
  const stride = width * 3;
  const rgb = Buffer.alloc(stride * height);
  for (let y = 0; y < height; y++) {
    expect(raw[y * (stride + 1)]).toBe(2);
    for (let x = 0; x < stride; x++) {
      rgb[y * stride + x] = raw[y * (stride + 1) + 1 + x]! + (y > 0 ? rgb[(y - 1) * stride + x]! : 0);
    }
  }
  return { width, height, rgb };
}

describe('the picture', () => {
  it('shows the model in its colours on a light ground, within the margins', () => {
    const { width, height, rgb } = decodePng(bytesOf('thumbnail.png'));
    expect([width, height]).toEqual([512, 512]);
    const pixel = (x: number, y: number) =>
      [...rgb.subarray((y * width + x) * 3, (y * width + x) * 3 + 3)] as [number, number, number];
    for (const corner of [pixel(2, 2), pixel(509, 2), pixel(2, 509), pixel(509, 509)])
      expect(Math.min(...corner)).toBeGreaterThan(200);
    let blue = 0;
    let orange = 0;
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const [r, g, b] = pixel(x, y);
        if (b > r + 50 && b > g + 30) blue++;
        if (r > b + 80) orange++;
      }
    }
    expect(blue / (width * height)).toBeGreaterThan(0.1);
    expect(orange / (width * height)).toBeGreaterThan(0.005);
  });
});
