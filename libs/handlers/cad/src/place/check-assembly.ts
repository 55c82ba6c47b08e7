import { MAX_ASSEMBLY_DEPTH, MAX_OCCURRENCES } from '../conversion-bounds.js';
import { failConversion } from '../fail-conversion.js';
import type { Product, ProductTree } from '../read/read-product-tree.js';

interface Size {
  occurrences: number;
  height: number;
}

/**
 * An assembly that uses itself has no end, and one that uses each level twice doubles with every level; both are found without
 * expanding anything, before the reader would. Throws FailJob.
 */
export function checkAssembly(tree: ProductTree): void {
  const sizes = new Map<Product, Size | 'open'>();
  const roots = tree.roots.map((root) => sizeOf(root, 0, sizes));
  const total = roots.reduce((sum, size) => sum + size.occurrences, 0);
  if (total > MAX_OCCURRENCES) {
    throw failConversion(
      'cad.assembly-too-large',
      `The assembly places ${total} occurrences; ${MAX_OCCURRENCES} is the limit.`,
    );
  }
}

function sizeOf(product: Product, depth: number, sizes: Map<Product, Size | 'open'>): Size {
  const known = sizes.get(product);
  if (known === 'open')
    throw failConversion('cad.assembly-cycle', `The assembly "${product.name}" is used within itself.`);
  if (depth + (known?.height ?? 0) > MAX_ASSEMBLY_DEPTH) {
    throw failConversion('cad.nesting-too-deep', `Assemblies are nested more than ${MAX_ASSEMBLY_DEPTH} deep.`);
  }
  if (known) return known;
  sizes.set(product, 'open');
  const size = { occurrences: 1, height: 0 };
  for (const use of product.uses) {
    const child = sizeOf(use.product, depth + 1, sizes);
    size.occurrences += child.occurrences;
    size.height = Math.max(size.height, child.height + 1);
  }
  sizes.set(product, size);
  return size;
}
