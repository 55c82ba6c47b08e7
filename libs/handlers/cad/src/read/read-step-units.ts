import type { StepEntity } from './parse-step-record.js';
import { refOf } from './step-entities.js';

export interface LengthUnit {
  name: string;
  toMillimetres: number;
}

export const MILLIMETRE: LengthUnit = { name: 'millimetre', toMillimetres: 1 };

const SI_PREFIX: Record<string, number> = {
  '.KILO.': 1e6,
  '.HECTO.': 1e5,
  '.DECA.': 1e4,
  '.DECI.': 100,
  '.CENTI.': 10,
  '.MILLI.': 1,
  '.MICRO.': 1e-3,
  '.NANO.': 1e-6,
};

/** The length unit of one representation context (a complex record with GLOBAL_UNIT_ASSIGNED_CONTEXT), or null. */
export function unitOfContext(entities: ReadonlyMap<number, StepEntity[]>, contextId: number): LengthUnit | null {
  const units = entities.get(contextId)?.find((entity) => entity.keyword === 'GLOBAL_UNIT_ASSIGNED_CONTEXT')?.args[0];
  if (!Array.isArray(units)) return null;
  for (const unit of units) {
    const parts = entities.get(refOf(unit));
    if (parts?.some((part) => part.keyword === 'LENGTH_UNIT')) return lengthUnit(entities, parts, 0);
  }
  return null;
}

/** The unit most of the file is in: that of its first context. */
export function unitOfFile(entities: ReadonlyMap<number, StepEntity[]>): LengthUnit | null {
  for (const id of entities.keys()) {
    const unit = unitOfContext(entities, id);
    if (unit) return unit;
  }
  return null;
}

function lengthUnit(
  entities: ReadonlyMap<number, StepEntity[]>,
  parts: StepEntity[],
  depth: number,
): LengthUnit | null {
  const si = parts.find((part) => part.keyword === 'SI_UNIT');
  if (si) {
    const prefix = typeof si.args[0] === 'string' ? si.args[0] : null;
    const factor = prefix === null ? 1000 : SI_PREFIX[prefix];
    return factor === undefined
      ? null
      : { name: `${(prefix ?? '').replaceAll('.', '').toLowerCase()}metre`, toMillimetres: factor };
  }
  const based = parts.find((part) => part.keyword === 'CONVERSION_BASED_UNIT');
  const measure = based && entities.get(refOf(based.args[1]))?.[0];
  const amount = measure?.args[0];
  const base = measure && entities.get(refOf(measure.args[1]));
  // `LENGTH_MEASURE(25.4)` by the standard; some writers give the bare number.
  const value = typeof amount === 'object' && amount !== null && 'keyword' in amount ? amount.args[0] : amount;
  if (!based || !base || depth > 4) return null;
  const unit = lengthUnit(entities, base, depth + 1);
  const factor = Number(value) * (unit?.toMillimetres ?? Number.NaN);
  return factor > 0 && Number.isFinite(factor)
    ? { name: String(based.args[0]).toLowerCase().slice(0, 40), toMillimetres: factor }
    : null;
}
