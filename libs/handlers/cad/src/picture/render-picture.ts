import { boundMeshes, type CadMesh } from '../model/cad-mesh.js';
import { encodePng } from '../write/encode-png.js';
import { colorRanges } from '../write/split-by-color.js';
import { Canvas } from './canvas.js';
import { fillTriangle, type ScreenVertices } from './fill-triangle.js';

export const PICTURE_SIZE_PX = 512;
/** Each pixel is the mean of 2 × 2 samples. */
const SAMPLES = 2;
const MARGIN_SHARE = 0.07;

/** Isometric: from the right, the front and above, Z up. Rows: screen right, screen up, towards the eye. */
const [R, U] = [Math.SQRT1_2, 1 / Math.sqrt(6)];
const EYE = 1 / Math.sqrt(3);
const VIEW = [R, R, 0, -U, U, 2 * U, EYE, -EYE, EYE] as const;

/** A square picture of the whole model, drawn in software: no window system, no graphics driver. */
export function renderPicture(meshes: readonly CadMesh[]): Buffer {
  const canvas = new Canvas(PICTURE_SIZE_PX * SAMPLES);
  const fit = fitToCanvas(meshes, canvas.size);
  for (const mesh of meshes) {
    if (mesh.triangles.length === 0) continue;
    const screen = project(mesh, fit);
    for (const { color, first, last } of colorRanges(mesh)) {
      for (let triangle = first; triangle <= last; triangle++)
        fillTriangle(canvas, screen, mesh.triangles, triangle * 3, color);
    }
  }
  return encodePng(canvas.toRgb(SAMPLES), PICTURE_SIZE_PX, PICTURE_SIZE_PX);
}

interface Fit {
  scale: number;
  x: number;
  y: number;
}

/** By what is seen, not by the corners of the bounding box, which for round parts would leave half the picture empty. */
function fitToCanvas(meshes: readonly CadMesh[], size: number): Fit {
  const seen = boundMeshes(meshes.map((mesh) => ({ ...mesh, positions: rotate(mesh.positions) })));
  const width = Math.max(seen.max[0] - seen.min[0], seen.max[1] - seen.min[1], 1e-9);
  const scale = (size * (1 - 2 * MARGIN_SHARE)) / width;
  return { scale, x: (seen.min[0] + seen.max[0]) / 2, y: (seen.min[1] + seen.max[1]) / 2 };
}

function project(mesh: CadMesh, { scale, x, y }: Fit): ScreenVertices {
  const points = rotate(mesh.positions);
  const half = (PICTURE_SIZE_PX * SAMPLES) / 2;
  for (let i = 0; i < points.length; i += 3) {
    points[i] = (points[i]! - x) * scale + half;
    points[i + 1] = half - (points[i + 1]! - y) * scale;
    points[i + 2] = points[i + 2]! * scale;
  }
  return { points, normals: mesh.normals && rotate(mesh.normals) };
}

function rotate(vectors: Float32Array): Float32Array {
  const out = new Float32Array(vectors.length);
  for (let i = 0; i < vectors.length; i += 3) {
    const x = vectors[i]!;
    const y = vectors[i + 1]!;
    const z = vectors[i + 2]!;
    out[i] = VIEW[0] * x + VIEW[1] * y + VIEW[2] * z;
    out[i + 1] = VIEW[3] * x + VIEW[4] * y + VIEW[5] * z;
    out[i + 2] = VIEW[6] * x + VIEW[7] * y + VIEW[8] * z;
  }
  return out;
}
