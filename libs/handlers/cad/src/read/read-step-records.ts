import { MAX_TREE_RECORDS } from '../conversion-bounds.js';
import { failConversion } from '../fail-conversion.js';
import { parseStepRecord, type StepEntity } from './parse-step-record.js';
import { scanStep } from './scan-step.js';

/** What the product tree and the units are told by; everything else, the geometry, is passed over. */
const KEPT = new Set([
  'PRODUCT',
  'PRODUCT_DEFINITION',
  'PRODUCT_DEFINITION_WITH_ASSOCIATED_DOCUMENTS',
  'PRODUCT_DEFINITION_FORMATION',
  'PRODUCT_DEFINITION_FORMATION_WITH_SPECIFIED_SOURCE',
  'PRODUCT_DEFINITION_SHAPE',
  'NEXT_ASSEMBLY_USAGE_OCCURRENCE',
  'CONTEXT_DEPENDENT_SHAPE_REPRESENTATION',
  'SHAPE_DEFINITION_REPRESENTATION',
  'SHAPE_REPRESENTATION_RELATIONSHIP',
  'SHAPE_REPRESENTATION',
  'ADVANCED_BREP_SHAPE_REPRESENTATION',
  'FACETED_BREP_SHAPE_REPRESENTATION',
  'MANIFOLD_SURFACE_SHAPE_REPRESENTATION',
  'GEOMETRICALLY_BOUNDED_SURFACE_SHAPE_REPRESENTATION',
  'TESSELLATED_SHAPE_REPRESENTATION',
  'ITEM_DEFINED_TRANSFORMATION',
  'MANIFOLD_SOLID_BREP',
  'BREP_WITH_VOIDS',
  'FACETED_BREP',
  'SHELL_BASED_SURFACE_MODEL',
  'LENGTH_MEASURE_WITH_UNIT',
]);

const TESSELLATED = new Set([
  'TESSELLATED_SOLID',
  'TESSELLATED_SHELL',
  'COMPLEX_TRIANGULATED_FACE',
  'TRIANGULATED_FACE',
]);

/** A rough size needs no more; a set of all corners of a large file would take as much memory as the file. */
const MAX_VERTEX_POINTS = 300_000;

export interface StepRecords {
  /** Such as `AUTOMOTIVE_DESIGN`, without the object identifier behind it. */
  schema: string | null;
  entities: Map<number, StepEntity[]>;
  hasTessellation: boolean;
  /** The numbers of the points that corners of the geometry stand on, as far as they are kept. */
  vertexPoints: Set<number>;
}

/** Pass one: everything but the placements. Throws FailJob when the bounds are passed. */
export function readStepRecords(bytes: Buffer): StepRecords {
  const records: StepRecords = { schema: null, entities: new Map(), hasTessellation: false, vertexPoints: new Set() };
  scanStep(bytes, {
    wants: (keyword, id) => (id === 0 ? keyword === 'FILE_SCHEMA' : keyword === '' || KEPT.has(keyword)),
    take: (id, keyword, text) => {
      if (keyword === 'FILE_SCHEMA') records.schema = schemaOf(text);
      else if (keyword !== '' || /LENGTH_UNIT|UNIT_ASSIGNED|REPRESENTATION_RELATIONSHIP/.test(text))
        keep(records.entities, id, text);
    },
    glance: (keyword, _start, end) => {
      if (keyword === 'VERTEX_POINT' && records.vertexPoints.size < MAX_VERTEX_POINTS) {
        records.vertexPoints.add(Number.parseInt(bytes.toString('latin1', bytes.lastIndexOf(0x23, end) + 1, end), 10));
      } else if (TESSELLATED.has(keyword)) records.hasTessellation = true;
    },
  });
  return records;
}

/** Further passes fetch records by number: the few placements that assemblies need, out of a million in the file. */
export function fetchStepRecords(bytes: Buffer, wanted: ReadonlySet<number>): Map<number, StepEntity[]> {
  const found = new Map<number, StepEntity[]>();
  if (wanted.size > 0) {
    scanStep(bytes, { wants: (_, id) => wanted.has(id), take: (id, _, text) => keep(found, id, text) });
  }
  return found;
}

function keep(entities: Map<number, StepEntity[]>, id: number, text: string): void {
  if (entities.size >= MAX_TREE_RECORDS) {
    throw failConversion('cad.assembly-too-large', `The product structure has more than ${MAX_TREE_RECORDS} records.`);
  }
  entities.set(id, parseStepRecord(text));
}

function schemaOf(text: string): string | null {
  const name = /'([A-Za-z0-9_]+)/.exec(text)?.[1];
  return name ? name.toUpperCase().slice(0, 100) : null;
}
