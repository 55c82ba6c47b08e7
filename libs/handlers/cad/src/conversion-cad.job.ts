import { readFile } from 'node:fs/promises';
import { defineJob, type JobContext, type JobDefinition, type JsonSchema } from '@windlass/handler-kit';
import type { ConversionOptions, ConversionSummary, OutputFormat, Phase } from './conversion.types.js';

export interface ConversionPayload {
  file: { id: string };
  formats?: OutputFormat[];
  meshQuality?: ConversionOptions['meshQuality'];
  decompose?: boolean;
}

const payload: JsonSchema = {
  type: 'object',
  required: ['file'],
  additionalProperties: false,
  properties: {
    file: {
      type: 'object',
      title: 'STEP, IGES or BREP file',
      required: ['id'],
      properties: {
        id: { type: 'string', minLength: 1, maxLength: 200 },
        name: { type: 'string' },
        size: { type: 'integer' },
        contentType: { type: 'string' },
        sha256: { type: 'string' },
      },
    },
    formats: {
      type: 'array',
      title: 'Formats',
      items: { enum: ['glb', 'stl', 'obj'] },
      minItems: 1,
      uniqueItems: true,
      default: ['glb', 'stl'],
    },
    meshQuality: { title: 'Mesh quality', enum: ['preview', 'standard', 'high'], default: 'standard' },
    decompose: { type: 'boolean', title: 'One file per distinct part', default: false },
  },
};

const point: JsonSchema = { type: 'array', items: { type: 'number' }, minItems: 3, maxItems: 3 };
const count: JsonSchema = { type: 'integer', minimum: 0 };
const texts: JsonSchema = { type: 'array', items: { type: 'string' } };

const result: JsonSchema = {
  type: 'object',
  required: [
    'format',
    'volume',
    'volumeKind',
    'area',
    'boundingBox',
    'triangles',
    'solids',
    'faces',
    'products',
    'occurrences',
    'artifacts',
    'warnings',
  ],
  properties: {
    format: { enum: ['step', 'iges', 'brep'] },
    schema: { type: ['string', 'null'] },
    volume: { type: ['number', 'null'], title: 'Volume in mm³' },
    volumeKind: { enum: ['closed', 'approximate', 'partial', 'none'] },
    area: { type: 'number', title: 'Area in mm²' },
    boundingBox: { type: 'object', required: ['min', 'max'], properties: { min: point, max: point } },
    triangles: count,
    solids: count,
    faces: count,
    products: count,
    occurrences: count,
    artifacts: texts,
    warnings: texts,
  },
};

export const conversionCad: JobDefinition<ConversionPayload, ConversionSummary> = defineJob({
  name: 'conversion.cad',
  version: 1,
  payload,
  result,
  // The reader blocks the process, so the soft limit takes effect between phases only; the hard one ends it in any case.
  limits: { softMs: 570_000, hardMs: 600_000 },
  retry: { maxAttempts: 2, onTimeout: false },
  weight: 'heavy',
  slots: 1,
  memoryMb: 2048,
  run: runConversion,
});

async function runConversion(payload: ConversionPayload, context: JobContext): Promise<ConversionSummary> {
  // As a message, too: that is what people's terminals and lists show.
  const enter = (phase: Phase, percent: number) => context.progress(percent, phase, phase);
  enter('fetch', 0);
  const file = await context.files.fetch(payload.file.id);
  // Only the child that converts loads the reader: a worker reads this module for the definition alone.
  const { checkFileSize, convertCad } = await import('./convert-cad.js');
  checkFileSize(file.size);
  const { summary, artifacts } = await convertCad(await readFile(file.path), file.name, {
    formats: payload.formats,
    meshQuality: payload.meshQuality,
    decompose: payload.decompose,
    signal: context.signal,
    onPhase: enter,
  });
  for (const warning of summary.warnings) context.log(warning, 'warn');
  for (const { name, bytes, contentType } of artifacts) await context.files.put(name, bytes, { contentType });
  context.progress(100, 'done');
  return summary;
}
