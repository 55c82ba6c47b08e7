import type { CadMesh, FaceRange } from '../model/cad-mesh.js';
import type { ReaderNode } from '../read/read-meshes.js';

/**
 * IGES mostly knows faces only, and the reader gives each as a mesh of its own: a part of 500 pieces, none of which encloses anything.
 * Together they are one body, whose volume can then be told. Bodies (`isClosed`) stay as they are.
 */
export function joinLooseFaces(
  meshes: readonly CadMesh[],
  isClosed: (mesh: CadMesh) => boolean,
  name: string,
): { meshes: CadMesh[]; root: ReaderNode } {
  const used = meshes.filter((mesh) => mesh.triangles.length > 0);
  const closed = used.filter(isClosed);
  const loose = used.filter((mesh) => !closed.includes(mesh));
  const joined = loose.length > 1 ? [join(loose, name)] : loose;
  const all = [...closed, ...joined];
  return { meshes: all, root: { name, meshes: all.map((_, number) => number), children: [] } };
}

function join(parts: readonly CadMesh[], name: string): CadMesh {
  const sizes = {
    positions: total(parts, (part) => part.positions.length),
    triangles: total(parts, (part) => part.triangles.length),
  };
  const positions = new Float32Array(sizes.positions);
  const normals = parts.every((part) => part.normals) ? new Float32Array(sizes.positions) : null;
  const triangles = new Uint32Array(sizes.triangles);
  const faces: FaceRange[] = [];
  let at = 0;
  let corner = 0;
  for (const part of parts) {
    positions.set(part.positions, at);
    if (part.normals) normals?.set(part.normals, at);
    for (let i = 0; i < part.triangles.length; i++) triangles[corner + i] = part.triangles[i]! + at / 3;
    for (const face of part.faces) {
      faces.push({ first: face.first + corner / 3, last: face.last + corner / 3, color: face.color ?? part.color });
    }
    at += part.positions.length;
    corner += part.triangles.length;
  }
  return { name, positions, normals, triangles, color: null, faces };
}

const total = (parts: readonly CadMesh[], of: (part: CadMesh) => number) =>
  parts.reduce((sum, part) => sum + of(part), 0);
