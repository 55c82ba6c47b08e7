/** Linear RGB, 0–1, as the reader and glTF have it. */
export type Rgb = readonly [number, number, number];

export interface FaceRange {
  /** Inclusive triangle numbers. */
  first: number;
  last: number;
  color: Rgb | null;
}

/** Triangles of one body, in millimetres, in the coordinates of the whole model. */
export interface CadMesh {
  name: string;
  positions: Float32Array;
  normals: Float32Array | null;
  triangles: Uint32Array;
  color: Rgb | null;
  /** One range per face of the boundary representation, in order, without gaps. */
  faces: FaceRange[];
}

export interface BoundingBox {
  min: [number, number, number];
  max: [number, number, number];
}

/** Where the file names no colour: a light steel. */
export const DEFAULT_COLOR: Rgb = [0.42, 0.46, 0.5];

export function countTriangles(meshes: readonly CadMesh[]): number {
  return meshes.reduce((sum, mesh) => sum + mesh.triangles.length / 3, 0);
}

export function boundMeshes(meshes: readonly CadMesh[]): BoundingBox {
  const min: [number, number, number] = [Infinity, Infinity, Infinity];
  const max: [number, number, number] = [-Infinity, -Infinity, -Infinity];
  for (const { positions } of meshes) {
    for (let i = 0; i < positions.length; i++) {
      const axis = i % 3;
      const value = positions[i]!;
      if (value < min[axis]!) min[axis] = value;
      if (value > max[axis]!) max[axis] = value;
    }
  }
  return { min, max };
}

export function diagonalOf({ min, max }: BoundingBox): number {
  return Math.hypot(max[0] - min[0], max[1] - min[1], max[2] - min[2]);
}

/** Linear to the sRGB that pictures and web colours use (IEC 61966-2-1), 0–255. */
export function toSrgbByte(linear: number): number {
  const clamped = Math.min(1, Math.max(0, linear));
  const encoded = clamped <= 0.0031308 ? clamped * 12.92 : 1.055 * clamped ** (1 / 2.4) - 0.055;
  return Math.round(encoded * 255);
}

export function toHexColor(color: Rgb): string {
  return `#${color.map((channel) => toSrgbByte(channel).toString(16).padStart(2, '0')).join('')}`;
}
