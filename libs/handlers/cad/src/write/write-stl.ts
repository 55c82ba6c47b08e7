import { type CadMesh, countTriangles } from '../model/cad-mesh.js';

const HEADER_BYTES = 80;
const TRIANGLE_BYTES = 50;

/** Binary STL in millimetres. The header must not begin with "solid": readers would take the file for the text form. */
export function writeStl(meshes: readonly CadMesh[]): Buffer {
  const count = countTriangles(meshes);
  const out = Buffer.alloc(HEADER_BYTES + 4 + count * TRIANGLE_BYTES);
  out.write('Binary STL, millimetres, Z up', 0, 'latin1');
  out.writeUInt32LE(count, HEADER_BYTES);
  const view = new DataView(out.buffer, out.byteOffset, out.byteLength);
  let at = HEADER_BYTES + 4;
  for (const { positions, triangles } of meshes) {
    for (let i = 0; i < triangles.length; i += 3) {
      writeNormal(view, at, positions, triangles, i);
      for (let corner = 0; corner < 3; corner++) {
        const vertex = triangles[i + corner]! * 3;
        for (let axis = 0; axis < 3; axis++)
          view.setFloat32(at + 12 + corner * 12 + axis * 4, positions[vertex + axis]!, true);
      }
      at += TRIANGLE_BYTES;
    }
  }
  return out;
}

function writeNormal(view: DataView, at: number, positions: Float32Array, triangles: Uint32Array, i: number): void {
  const a = triangles[i]! * 3;
  const b = triangles[i + 1]! * 3;
  const c = triangles[i + 2]! * 3;
  const ux = positions[b]! - positions[a]!;
  const uy = positions[b + 1]! - positions[a + 1]!;
  const uz = positions[b + 2]! - positions[a + 2]!;
  const vx = positions[c]! - positions[a]!;
  const vy = positions[c + 1]! - positions[a + 1]!;
  const vz = positions[c + 2]! - positions[a + 2]!;
  const nx = uy * vz - uz * vy;
  const ny = uz * vx - ux * vz;
  const nz = ux * vy - uy * vx;
  // Slivers of no area have no normal; zeros are what readers expect then.
  const scale = 1 / (Math.sqrt(nx * nx + ny * ny + nz * nz) || Number.POSITIVE_INFINITY);
  view.setFloat32(at, nx * scale, true);
  view.setFloat32(at + 4, ny * scale, true);
  view.setFloat32(at + 8, nz * scale, true);
}
