type Vector = readonly [number, number, number];

/** Rotation (three rows) and translation: p' = rows · p + move. Numbers 0–8 are the rows, 9–11 the translation. */
export type Rigid = readonly number[];

export const IDENTITY: Rigid = [1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0];

export function multiply(a: Rigid, b: Rigid): Rigid {
  const out: number[] = [];
  for (let row = 0; row < 3; row++) {
    for (let column = 0; column < 3; column++) {
      out.push(a[row * 3]! * b[column]! + a[row * 3 + 1]! * b[3 + column]! + a[row * 3 + 2]! * b[6 + column]!);
    }
  }
  return [...out, ...applyTo(a, [b[9]!, b[10]!, b[11]!])];
}

/** A rotation's inverse is its transpose. */
export function invert(t: Rigid): Rigid {
  const rows = [t[0]!, t[3]!, t[6]!, t[1]!, t[4]!, t[7]!, t[2]!, t[5]!, t[8]!];
  const [x, y, z] = applyTo([...rows, 0, 0, 0], [t[9]!, t[10]!, t[11]!]);
  return [...rows, -x, -y, -z];
}

export function applyTo(t: Rigid, [x, y, z]: Vector): [number, number, number] {
  return [
    t[0]! * x + t[1]! * y + t[2]! * z + t[9]!,
    t[3]! * x + t[4]! * y + t[5]! * z + t[10]!,
    t[6]! * x + t[7]! * y + t[8]! * z + t[11]!,
  ];
}

/** Transforms packed xyz triples; normals take the rotation only. */
export function transformPoints(t: Rigid, points: Float32Array, kind: 'points' | 'normals'): Float32Array {
  const out = new Float32Array(points.length);
  const [x0, y0, z0] = kind === 'points' ? [t[9]!, t[10]!, t[11]!] : [0, 0, 0];
  for (let i = 0; i < points.length; i += 3) {
    const x = points[i]!;
    const y = points[i + 1]!;
    const z = points[i + 2]!;
    out[i] = t[0]! * x + t[1]! * y + t[2]! * z + x0;
    out[i + 1] = t[3]! * x + t[4]! * y + t[5]! * z + y0;
    out[i + 2] = t[6]! * x + t[7]! * y + t[8]! * z + z0;
  }
  return out;
}

/**
 * The frame of an AXIS2_PLACEMENT_3D (ISO 10303-42): Z as given, X as given but made square to Z, Y from both.
 * Null when the directions do not span a frame.
 */
export function frameOf(origin: Vector, axis: Vector, refDirection: Vector): Rigid | null {
  const z = unit(axis);
  if (!z) return null;
  const along = dot(refDirection, z);
  const x = unit([refDirection[0] - along * z[0], refDirection[1] - along * z[1], refDirection[2] - along * z[2]]);
  if (!x || !origin.every(Number.isFinite)) return null;
  const y: Vector = [z[1] * x[2] - z[2] * x[1], z[2] * x[0] - z[0] * x[2], z[0] * x[1] - z[1] * x[0]];
  return [x[0], y[0], z[0], x[1], y[1], z[1], x[2], y[2], z[2], ...origin];
}

const dot = (a: Vector, b: Vector) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

function unit(v: Vector): Vector | null {
  const length = Math.hypot(...v);
  return length > 1e-9 && Number.isFinite(length) ? [v[0] / length, v[1] / length, v[2] / length] : null;
}
