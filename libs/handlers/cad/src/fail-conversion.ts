import { FailJob } from '@windlass/handler-kit';

/** What the submitter of a file can be told; each is final, since the same bytes give the same answer. */
export type CadFailure =
  | 'cad.empty'
  | 'cad.too-large'
  | 'cad.format-unknown'
  | 'cad.truncated'
  | 'cad.damaged'
  | 'cad.nesting-too-deep'
  | 'cad.assembly-cycle'
  | 'cad.assembly-too-large'
  | 'cad.unreadable'
  | 'cad.reader-crashed'
  | 'cad.out-of-memory'
  | 'cad.no-geometry'
  | 'cad.not-finite'
  | 'cad.too-many-triangles';

export function failConversion(code: CadFailure, message: string): FailJob {
  return new FailJob(message, code);
}
