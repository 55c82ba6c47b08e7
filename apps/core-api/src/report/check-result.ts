import type { AttemptReport } from '@windlass/contracts';
import { attemptPrefix } from '@windlass/files';
import { fieldErrorsOf } from '../registry/compile-schema.js';
import type { TypeRegistry } from '../registry/type-registry.js';
import type { TypeOfJob } from './claimed-types.js';

/**
 * A success that breaks its promise is a failure: a result against its type's schema, which readers rely on, or an artifact that
 * does not lie under the attempt, which only a worker gone wrong would claim (promise P4).
 */
export function checkResult(report: AttemptReport, job: TypeOfJob, registry: TypeRegistry): AttemptReport {
  const prefix = attemptPrefix(job.tenantId, report.jobId, report.run, report.epoch);
  const stray = report.artifacts?.find(({ key }) => !key.startsWith(prefix));
  if (stray)
    return refused(report, 'report.artifact-refused', `The artifact ${stray.name} does not lie under its attempt.`);
  const known = registry.of(job.type, job.version);
  if (!known) return report;
  const broken = (why: string) =>
    refused(report, 'report.result-invalid', `The handler's result does not match the type's schema: ${why}`);
  let result: unknown;
  try {
    result = JSON.parse(report.result ?? 'null');
  } catch {
    return broken('the result is not JSON');
  }
  if (known.validateResult(result)) return report;
  const [first] = fieldErrorsOf(known.validateResult.errors, '');
  return broken(`${first?.path || 'the result'} ${first?.message ?? 'is not valid'}`);
}

function refused(report: AttemptReport, code: string, message: string): AttemptReport {
  const { result: _, artifacts: __, ...rest } = report;
  return { ...rest, outcome: 'failed', retry: 'never', error: { class: 'ResultInvalid', code, message } };
}
