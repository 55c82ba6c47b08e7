import type { StepEntity } from './parse-step-record.js';
import { recordsOf, refOf } from './step-entities.js';

const SOLIDS = new Set(['MANIFOLD_SOLID_BREP', 'BREP_WITH_VOIDS', 'FACETED_BREP']);
/** SHAPE_REPRESENTATION_RELATIONSHIP chains are one or two long; a bound ends those that go in circles. */
const MAX_RELATED = 1000;

export interface Representations {
  /** Every representation of a PRODUCT_DEFINITION, related ones included. */
  of(definition: number): ReadonlySet<number>;
}

export function readRepresentations(entities: ReadonlyMap<number, StepEntity[]>): Representations {
  const definitionOfShape = new Map(
    recordsOf(entities, 'PRODUCT_DEFINITION_SHAPE').map(([id, { args }]) => [id, refOf(args[2])]),
  );
  const direct = new Map<number, number[]>();
  for (const [, { args }] of recordsOf(entities, 'SHAPE_DEFINITION_REPRESENTATION')) {
    const definition = definitionOfShape.get(refOf(args[0]));
    if (definition) append(direct, definition, refOf(args[1]));
  }
  const related = new Map<number, number[]>();
  for (const [, { args }] of recordsOf(entities, 'SHAPE_REPRESENTATION_RELATIONSHIP')) {
    append(related, refOf(args[2]), refOf(args[3]));
    append(related, refOf(args[3]), refOf(args[2]));
  }
  const known = new Map<number, ReadonlySet<number>>();
  const of = (definition: number) => {
    const reached = known.get(definition) ?? closure(direct.get(definition) ?? [], related);
    known.set(definition, reached);
    return reached;
  };
  return { of };
}

function closure(from: readonly number[], related: ReadonlyMap<number, number[]>): Set<number> {
  const reached = new Set(from);
  for (const id of reached) {
    for (const next of related.get(id) ?? []) if (reached.size < MAX_RELATED) reached.add(next);
  }
  return reached;
}

/** Solids and surface shells among a product's representation items: the bodies the reader makes of it. */
export function countBodies(entities: ReadonlyMap<number, StepEntity[]>, representations: ReadonlySet<number>): number {
  let bodies = 0;
  for (const representation of representations) {
    const items = entities.get(representation)?.[0]?.args[1];
    for (const item of Array.isArray(items) ? items : []) {
      const entity = entities.get(refOf(item))?.[0];
      if (!entity) continue;
      if (SOLIDS.has(entity.keyword)) bodies++;
      else if (entity.keyword === 'SHELL_BASED_SURFACE_MODEL' && Array.isArray(entity.args[1]))
        bodies += entity.args[1].length;
    }
  }
  return bodies;
}

function append<K>(lists: Map<K, number[]>, key: K, value: number): void {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
}
