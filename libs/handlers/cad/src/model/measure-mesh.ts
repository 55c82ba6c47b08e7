import type { CadMesh } from './cad-mesh.js';
import { isClosedSurface } from './closed-surface.js';

export interface MeshMeasure {
  areaMm2: number;
  /** Enclosed volume by the divergence theorem; null when the surface encloses none. */
  volumeMm3: number | null;
  /** Every edge is used as often in one direction as in the other. */
  isClosed: boolean;
}

/** Faces meshed apart leave hairline gaps; the sum of all area vectors, zero for any closed surface, tells gaps from missing faces. */
const GAP_SHARE = 1e-3;

export function measureMesh(mesh: CadMesh): MeshMeasure {
  const { positions, triangles } = mesh;
  // Volumes of tetrahedra to a corner of the mesh: to the far origin, the large terms would cancel badly.
  const [ox, oy, oz] = [positions[0]!, positions[1]!, positions[2]!];
  const sum = { area: 0, volume: 0, x: 0, y: 0, z: 0 };
  for (let i = 0; i < triangles.length; i += 3) {
    const a = triangles[i]! * 3;
    const b = triangles[i + 1]! * 3;
    const c = triangles[i + 2]! * 3;
    const ax = positions[a]! - ox;
    const ay = positions[a + 1]! - oy;
    const az = positions[a + 2]! - oz;
    const ux = positions[b]! - ox - ax;
    const uy = positions[b + 1]! - oy - ay;
    const uz = positions[b + 2]! - oz - az;
    const vx = positions[c]! - ox - ax;
    const vy = positions[c + 1]! - oy - ay;
    const vz = positions[c + 2]! - oz - az;
    const nx = uy * vz - uz * vy;
    const ny = uz * vx - ux * vz;
    const nz = ux * vy - uy * vx;
    sum.area += Math.sqrt(nx * nx + ny * ny + nz * nz) / 2;
    sum.volume += (ax * nx + ay * ny + az * nz) / 6;
    sum.x += nx / 2;
    sum.y += ny / 2;
    sum.z += nz / 2;
  }
  const isClosed = isClosedSurface(positions, triangles);
  const encloses = isClosed || Math.hypot(sum.x, sum.y, sum.z) < sum.area * GAP_SHARE;
  // Inside-out surfaces come up negative; a surface is as large either way.
  return { areaMm2: sum.area, volumeMm3: encloses ? Math.abs(sum.volume) : null, isClosed };
}

/** `closed`: all bodies are; `approximate`: some have hairline gaps; `partial`: some enclose nothing and are left out; `none`: all. */
export type VolumeKind = 'closed' | 'approximate' | 'partial' | 'none';

export function volumeKindOf(measures: readonly MeshMeasure[]): VolumeKind {
  const enclosing = measures.filter(({ volumeMm3 }) => volumeMm3 !== null);
  if (enclosing.length === 0) return 'none';
  if (enclosing.length < measures.length) return 'partial';
  return measures.every(({ isClosed }) => isClosed) ? 'closed' : 'approximate';
}
