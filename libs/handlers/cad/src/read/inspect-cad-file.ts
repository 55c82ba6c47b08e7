import { checkAssembly } from '../place/check-assembly.js';
import { checkComplete } from './check-complete.js';
import { type CadFormat, detectFormat } from './detect-format.js';
import { estimateDiagonal } from './estimate-diagonal.js';
import { readIgesUnit } from './read-iges-units.js';
import { type Product, type ProductTree, readProductTree } from './read-product-tree.js';
import { readStepRecords } from './read-step-records.js';
import { type LengthUnit, unitOfFile } from './read-step-units.js';

/** What the file tells before its geometry is read. */
export interface CadFile {
  format: CadFormat;
  schema: string | null;
  /** Null where the format has none or the file does not say. */
  unit: LengthUnit | null;
  tree: ProductTree | null;
  hasTessellation: boolean;
  /** Rough; 0 when the format does not tell. */
  diagonalMm: number;
}

/** Looks at the bytes in linear time, and refuses what the reader would crash or hang on, as far as that can be seen. Throws FailJob. */
export function inspectCadFile(bytes: Buffer, fileName: string): CadFile {
  const format = detectFormat(bytes, fileName);
  checkComplete(bytes, format);
  const unknown = { format, schema: null, unit: null, tree: null, hasTessellation: false, diagonalMm: 0 };
  if (format === 'iges') return { ...unknown, unit: readIgesUnit(bytes) };
  if (format === 'brep') return unknown;
  const records = readStepRecords(bytes);
  const tree = readProductTree(bytes, records);
  checkAssembly(tree);
  const unit = unitOfFile(records.entities);
  return {
    format,
    schema: records.schema,
    unit,
    tree,
    hasTessellation: records.hasTessellation,
    diagonalMm: estimateDiagonal(bytes, records.vertexPoints) * (unit?.toMillimetres ?? 1) + spreadOf(tree),
  };
}

/** How far apart an assembly places its parts, at the most: they may all lie on top of each other in their own coordinates. */
function spreadOf(tree: ProductTree): number {
  const farthest = new Map<Product, number>();
  const reach = (product: Product): number => {
    const known = farthest.get(product);
    if (known !== undefined) return known;
    const distances = product.uses.map(
      ({ placement, product: part }) => Math.hypot(...(placement?.slice(9) ?? [])) + reach(part),
    );
    const far = distances.reduce((most, distance) => Math.max(most, distance), 0);
    farthest.set(product, far);
    return far;
  };
  return tree.roots.reduce((most, root) => Math.max(most, reach(root)), 0);
}
