import type { Rgb } from '../model/cad-mesh.js';
import type { Canvas } from './canvas.js';

export interface ScreenVertices {
  /** x and y in samples from the top left, z towards the eye. */
  points: Float32Array;
  /** In view coordinates; without them triangles are shaded flat. */
  normals: Float32Array | null;
}

/** Offsets of a triangle's corners in the arrays, and twice its area on the screen. */
interface Corners {
  a: number;
  b: number;
  c: number;
  area: number;
}

/**
 * Fills row by row, each from edge to edge. A test of every sample in the bounding box costs 14 s on long slivers, of which machined
 * parts are made.
 */
export function fillTriangle(
  canvas: Canvas,
  screen: ScreenVertices,
  triangles: Uint32Array,
  at: number,
  color: Rgb,
): void {
  const p = screen.points;
  const a = triangles[at]! * 3;
  const b = triangles[at + 1]! * 3;
  const c = triangles[at + 2]! * 3;
  const ay = p[a + 1]!;
  const by = p[b + 1]!;
  const cy = p[c + 1]!;
  const area = (p[b]! - p[a]!) * (cy - ay) - (p[c]! - p[a]!) * (by - ay);
  const top = Math.max(0, Math.ceil(Math.min(ay, by, cy) - 0.5));
  const bottom = Math.min(canvas.size - 1, Math.ceil(Math.max(ay, by, cy) - 0.5) - 1);
  if (top > bottom || area === 0) return;
  const corners = { a, b, c, area };
  const normals = screen.normals ?? flatNormals(p, corners);
  const normalCorners = screen.normals ? corners : FLAT_CORNERS;
  for (let y = top; y <= bottom; y++) {
    const ab = crossing(p, a, b, y + 0.5);
    const bc = crossing(p, b, c, y + 0.5);
    const ca = crossing(p, c, a, y + 0.5);
    // A row crosses two of the edges, or all three in a corner; NaN stands for no crossing.
    const left = least(least(ab, bc), ca);
    const right = -least(least(-ab, -bc), -ca);
    fillSpan(canvas, p, corners, normals, normalCorners, color, y, left, right);
  }
}

const least = (a: number, b: number) => (b < a || Number.isNaN(a) ? b : a);

function crossing(p: Float32Array, from: number, to: number, y: number): number {
  const y0 = p[from + 1]!;
  const y1 = p[to + 1]!;
  if (y0 === y1 || y < Math.min(y0, y1) || y > Math.max(y0, y1)) return Number.NaN;
  return p[from]! + ((y - y0) * (p[to]! - p[from]!)) / (y1 - y0);
}

function fillSpan(
  canvas: Canvas,
  p: Float32Array,
  { a, b, c, area }: Corners,
  n: Float32Array,
  { a: na, b: nb, c: nc }: Corners,
  color: Rgb,
  y: number,
  left: number,
  right: number,
): void {
  const first = Math.max(0, Math.ceil(left - 0.5));
  const last = Math.min(canvas.size - 1, Math.ceil(right - 0.5) - 1);
  const dy = y + 0.5 - p[a + 1]!;
  for (let x = first; x <= last; x++) {
    const dx = x + 0.5 - p[a]!;
    const wb = (dx * (p[c + 1]! - p[a + 1]!) - (p[c]! - p[a]!) * dy) / area;
    const wc = ((p[b]! - p[a]!) * dy - dx * (p[b + 1]! - p[a + 1]!)) / area;
    const wa = 1 - wb - wc;
    const z = wa * p[a + 2]! + wb * p[b + 2]! + wc * p[c + 2]!;
    const sample = y * canvas.size + x;
    if (z <= canvas.depth[sample]!) continue;
    canvas.depth[sample] = z;
    const nx = wa * n[na]! + wb * n[nb]! + wc * n[nc]!;
    const ny = wa * n[na + 1]! + wb * n[nb + 1]! + wc * n[nc + 1]!;
    const nz = wa * n[na + 2]! + wb * n[nb + 2]! + wc * n[nc + 2]!;
    canvas.shade(sample, color, nx, ny, nz);
  }
}

const FLAT_CORNERS: Corners = { a: 0, b: 0, c: 0, area: 1 };

/** y of the screen points down, that of the view up. */
function flatNormals(p: Float32Array, { a, b, c }: Corners): Float32Array {
  const ux = p[b]! - p[a]!;
  const uy = p[a + 1]! - p[b + 1]!;
  const uz = p[b + 2]! - p[a + 2]!;
  const vx = p[c]! - p[a]!;
  const vy = p[a + 1]! - p[c + 1]!;
  const vz = p[c + 2]! - p[a + 2]!;
  return Float32Array.of(uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx);
}
