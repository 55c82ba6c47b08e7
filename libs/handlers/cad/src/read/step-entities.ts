import type { StepEntity, StepRef, StepValue } from './parse-step-record.js';

/** Records of one keyword that are not complex. */
export function recordsOf(entities: ReadonlyMap<number, StepEntity[]>, keyword: string): [number, StepEntity][] {
  const found: [number, StepEntity][] = [];
  for (const [id, parts] of entities) {
    if (parts.length === 1 && parts[0]!.keyword === keyword) found.push([id, parts[0]!]);
  }
  return found;
}

function isRef(value: StepValue | undefined): value is StepRef {
  return typeof value === 'object' && value !== null && 'ref' in value;
}

/** The number behind a reference, or 0, which no record has. */
export function refOf(value: StepValue | undefined): number {
  return isRef(value) ? value.ref : 0;
}

export function textOf(value: StepValue | undefined): string {
  return typeof value === 'string' ? value : '';
}
