import type { AttemptReport } from '@windlass/contracts';
import { fieldErrorsOf } from '../registry/compile-schema.js';
import type { TypeRegistry } from '../registry/type-registry.js';

/** A result that breaks its type's schema makes the attempt a failed one: a reader may rely on the schema. */
export function checkResult(
  report: AttemptReport,
  type: string,
  version: number,
  registry: TypeRegistry,
): AttemptReport {
  if (report.outcome !== 'succeeded') return report;
  const known = registry.of(type, version);
  if (!known) return report;
  let result: unknown;
  try {
    result = JSON.parse(report.result ?? 'null');
  } catch {
    return refused(report, 'the result is not JSON');
  }
  if (known.validateResult(result)) return report;
  const [first] = fieldErrorsOf(known.validateResult.errors, '');
  return refused(report, `${first?.path || 'the result'} ${first?.message ?? 'is not valid'}`);
}

function refused(report: AttemptReport, why: string): AttemptReport {
  const { result: _, artifacts: __, ...rest } = report;
  return {
    ...rest,
    outcome: 'failed',
    retry: 'never',
    error: {
      class: 'ResultInvalid',
      code: 'report.result-invalid',
      message: `The handler's result does not match the type's schema: ${why}`,
    },
  };
}
