import { type CadMesh, DEFAULT_COLOR, type Rgb } from '../model/cad-mesh.js';

/** Triangles of one colour with just the vertices they use. */
export interface ColorPatch {
  color: Rgb;
  positions: Float32Array;
  normals: Float32Array | null;
  triangles: Uint32Array;
}

export function splitByColor(mesh: CadMesh): ColorPatch[] {
  const groups = new Map<string, { color: Rgb; ranges: [number, number][] }>();
  for (const { color, first, last } of colorRanges(mesh)) {
    const group = groups.get(String(color));
    if (group) group.ranges.push([first, last]);
    else groups.set(String(color), { color, ranges: [[first, last]] });
  }
  if (groups.size === 1) {
    const { positions, normals, triangles } = mesh;
    return [{ color: [...groups.values()][0]!.color, positions, normals, triangles }];
  }
  return [...groups.values()].map(({ color, ranges }) => cut(mesh, color, ranges));
}

/** The colour of every triangle: its face's, else its body's, else a neutral one. */
export function colorRanges(mesh: CadMesh): { color: Rgb; first: number; last: number }[] {
  const own = mesh.color ?? DEFAULT_COLOR;
  if (mesh.faces.every((face) => face.color === null))
    return [{ color: own, first: 0, last: mesh.triangles.length / 3 - 1 }];
  return mesh.faces.map(({ color, first, last }) => ({ color: color ?? own, first, last }));
}

function cut(mesh: CadMesh, color: Rgb, ranges: readonly [number, number][]): ColorPatch {
  const renumbered = new Map<number, number>();
  const triangles: number[] = [];
  for (const [first, last] of ranges) {
    for (let i = first * 3; i < (last + 1) * 3; i++) {
      const vertex = mesh.triangles[i]!;
      const number = renumbered.get(vertex) ?? renumbered.size;
      renumbered.set(vertex, number);
      triangles.push(number);
    }
  }
  const pick = (from: Float32Array) => {
    const picked = new Float32Array(renumbered.size * 3);
    for (const [vertex, number] of renumbered) picked.set(from.subarray(vertex * 3, vertex * 3 + 3), number * 3);
    return picked;
  };
  return {
    color,
    positions: pick(mesh.positions),
    normals: mesh.normals && pick(mesh.normals),
    triangles: Uint32Array.from(triangles),
  };
}
