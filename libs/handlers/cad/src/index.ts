import { conversionCad } from './conversion-cad.job.js';

export type {
  Artifact,
  Conversion,
  ConversionOptions,
  ConversionSummary,
  OutputFormat,
  Phase,
} from './conversion.types.js';
export { type ConversionPayload, conversionCad } from './conversion-cad.job.js';
export type { CadFailure } from './fail-conversion.js';

/** What a worker loads: every job type of this package. */
export default [conversionCad];
