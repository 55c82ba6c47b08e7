import { scanStep } from './scan-step.js';

/** Round parts have few corners: a disc has two, one above the other. All points together are the floor then. */
const FLOOR_SHARE = 1 / 30;

/**
 * The size of a STEP model before it is read, in the file's own unit and in parts' coordinates: the diagonal of the corners of its
 * geometry. Other points would mislead: annotations and construction geometry lie far outside. 0 when there are no points.
 */
export function estimateDiagonal(bytes: Buffer, vertexPoints: ReadonlySet<number>): number {
  const corners = new Extent();
  const all = new Extent();
  scanStep(bytes, {
    wants: () => false,
    take: () => undefined,
    glance: (keyword, start, end, id) => {
      if (keyword !== 'CARTESIAN_POINT') return;
      const point = coordinates(bytes, start, end);
      if (!point) return;
      all.add(point);
      if (vertexPoints.has(id)) corners.add(point);
    },
  });
  return Math.max(corners.diagonal(), all.diagonal() * FLOOR_SHARE);
}

/** Of `('…',(x,y,z))`; points in the parameters of a surface have two coordinates and do not count. */
function coordinates(bytes: Buffer, start: number, end: number): number[] | null {
  const open = bytes.lastIndexOf(0x28, end);
  if (open <= start) return null;
  const numbers = bytes
    .toString('latin1', open + 1, end)
    .split(',')
    .map(Number.parseFloat);
  return numbers.length === 3 && numbers.every(Number.isFinite) ? numbers : null;
}

class Extent {
  private readonly min = [Infinity, Infinity, Infinity];
  private readonly max = [-Infinity, -Infinity, -Infinity];

  add(point: readonly number[]): void {
    for (let axis = 0; axis < 3; axis++) {
      if (point[axis]! < this.min[axis]!) this.min[axis] = point[axis]!;
      if (point[axis]! > this.max[axis]!) this.max[axis] = point[axis]!;
    }
  }

  diagonal(): number {
    return this.max[0]! < this.min[0]! ? 0 : Math.hypot(...this.max.map((value, axis) => value - this.min[axis]!));
  }
}
