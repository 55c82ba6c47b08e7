import { frameOf, invert, multiply, type Rigid } from '../model/rigid-transform.js';
import type { StepEntity, StepValue } from './parse-step-record.js';
import type { Representations } from './read-representations.js';
import { fetchStepRecords } from './read-step-records.js';
import { unitOfContext } from './read-step-units.js';
import { recordsOf, refOf } from './step-entities.js';

type Entities = ReadonlyMap<number, StepEntity[]>;
interface Frames {
  child: number;
  parent: number;
  childScale: number;
  parentScale: number;
}

/**
 * Placement of every use, by the number of its NEXT_ASSEMBLY_USAGE_OCCURRENCE. The way there (ISO 10303-44): use ←
 * PRODUCT_DEFINITION_SHAPE ← CONTEXT_DEPENDENT_SHAPE_REPRESENTATION → relationship → ITEM_DEFINED_TRANSFORMATION → two axis
 * placements, one in the part's representation and one in the assembly's, each in its own unit.
 */
export function readPlacements(
  bytes: Buffer,
  entities: Entities,
  representations: Representations,
): Map<number, Rigid> {
  const framesOfUse = readFrames(entities, representations);
  const ids = new Set([...framesOfUse.values()].flatMap(({ child, parent }) => [child, parent]));
  const axes = fetchStepRecords(bytes, ids);
  const vectors = fetchStepRecords(bytes, new Set([...axes.values()].flatMap(([axis]) => axis?.args.map(refOf) ?? [])));
  const placements = new Map<number, Rigid>();
  for (const [use, { child, parent, childScale, parentScale }] of framesOfUse) {
    const from = frame(axes.get(child), vectors, childScale);
    const to = frame(axes.get(parent), vectors, parentScale);
    if (from && to) placements.set(use, multiply(to, invert(from)));
  }
  return placements;
}

function readFrames(entities: Entities, representations: Representations): Map<number, Frames> {
  const frames = new Map<number, Frames>();
  for (const [, dependent] of recordsOf(entities, 'CONTEXT_DEPENDENT_SHAPE_REPRESENTATION')) {
    const use = refOf(entities.get(refOf(dependent.args[1]))?.[0]?.args[2]);
    const relation = entities.get(refOf(dependent.args[0])) ?? [];
    const ends = relation.find((part) => part.keyword === 'REPRESENTATION_RELATIONSHIP')?.args;
    const operator = relation.find((part) => part.keyword === 'REPRESENTATION_RELATIONSHIP_WITH_TRANSFORMATION')
      ?.args[0];
    const items = entities.get(refOf(operator))?.[0];
    const part = refOf(entities.get(use)?.[0]?.args[4]);
    if (!ends || items?.keyword !== 'ITEM_DEFINED_TRANSFORMATION') continue;
    const first = { item: refOf(items.args[2]), scale: scaleOf(entities, ends[2]) };
    const second = { item: refOf(items.args[3]), scale: scaleOf(entities, ends[3]) };
    // By the standard the part comes first; some writers turn it round, which the representations tell.
    const own = representations.of(part);
    const turned = own.has(refOf(ends[3])) && !own.has(refOf(ends[2]));
    const [child, parent] = turned ? [second, first] : [first, second];
    frames.set(use, { child: child.item, parent: parent.item, childScale: child.scale, parentScale: parent.scale });
  }
  return frames;
}

function scaleOf(entities: Entities, representation: StepValue | undefined): number {
  const context = refOf(entities.get(refOf(representation))?.[0]?.args[2]);
  return unitOfContext(entities, context)?.toMillimetres ?? 1;
}

function frame(axis: StepEntity[] | undefined, vectors: Entities, scale: number): Rigid | null {
  if (axis?.[0]?.keyword !== 'AXIS2_PLACEMENT_3D') return null;
  const [, origin, z, x] = axis[0].args;
  const at = vector(vectors, origin, null);
  const up = vector(vectors, z, [0, 0, 1]);
  if (!at || !up) return null;
  const along = vector(vectors, x, Math.abs(up[0]) < 0.9 ? [1, 0, 0] : [0, 1, 0]);
  return along && frameOf([at[0] * scale, at[1] * scale, at[2] * scale], up, along);
}

type Vector = [number, number, number];

function vector(vectors: Entities, value: StepValue | undefined, absent: Vector | null): Vector | null {
  if (value === null || value === undefined) return absent;
  const numbers = vectors.get(refOf(value))?.[0]?.args[1];
  if (!Array.isArray(numbers) || numbers.length !== 3 || !numbers.every((entry) => typeof entry === 'number'))
    return null;
  return numbers as Vector;
}
