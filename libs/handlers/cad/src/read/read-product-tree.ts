import { cleanName } from '../model/clean-name.js';
import type { Rigid } from '../model/rigid-transform.js';
import type { StepEntity } from './parse-step-record.js';
import { readPlacements } from './read-placements.js';
import { countBodies, readRepresentations } from './read-representations.js';
import type { StepRecords } from './read-step-records.js';
import { recordsOf, refOf, textOf } from './step-entities.js';

export interface Product {
  id: number;
  name: string;
  /** Bodies of its own, not those of its parts. */
  bodies: number;
  uses: ProductUse[];
}

export interface ProductUse {
  instanceName: string;
  product: Product;
  /** From the part's coordinates to the assembly's, in millimetres; null where the file gives none that is understood. */
  placement: Rigid | null;
}

export interface ProductTree {
  roots: Product[];
  /** PRODUCT records. */
  products: number;
  /** NEXT_ASSEMBLY_USAGE_OCCURRENCE records: how often a product is used in another, before expansion. */
  occurrences: number;
}

/** The tree of products from the records themselves, since the reader flattens it. `bytes` is read again for placements. */
export function readProductTree(bytes: Buffer, { entities }: StepRecords): ProductTree {
  const products = readProducts(entities);
  const uses = recordsOf(entities, 'NEXT_ASSEMBLY_USAGE_OCCURRENCE');
  const representations = readRepresentations(entities);
  for (const [definition, product] of products) product.bodies = countBodies(entities, representations.of(definition));
  const placements = readPlacements(bytes, entities, representations);
  const used = new Set<Product>();
  for (const [id, { args }] of uses) {
    const parent = products.get(refOf(args[3]));
    const child = products.get(refOf(args[4]));
    if (!parent || !child) continue;
    const instanceName = cleanName(textOf(args[1]) || textOf(args[0]), child.name);
    parent.uses.push({ instanceName, product: child, placement: placements.get(id) ?? null });
    used.add(child);
  }
  const roots = [...products.values()].filter((product) => !used.has(product));
  return {
    roots: roots.length > 0 ? roots : [...products.values()].slice(0, 1),
    products: recordsOf(entities, 'PRODUCT').length,
    occurrences: uses.length,
  };
}

/** By PRODUCT_DEFINITION; its name stands two records further, at the PRODUCT. */
function readProducts(entities: ReadonlyMap<number, StepEntity[]>): Map<number, Product> {
  const products = new Map<number, Product>();
  for (const [id, [entity]] of entities) {
    if (
      !entity?.keyword.startsWith('PRODUCT_DEFINITION') ||
      !/^PRODUCT_DEFINITION(_WITH_ASSOC\w*)?$/.test(entity.keyword)
    )
      continue;
    const formation = entities.get(refOf(entity.args[2]))?.[0];
    const product = formation && entities.get(refOf(formation.args[2]))?.[0];
    const name = cleanName(textOf(product?.args[1]) || textOf(product?.args[0]), `product-${id}`);
    products.set(id, { id, name, bodies: 0, uses: [] });
  }
  return products;
}
