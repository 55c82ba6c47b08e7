import { type ArtifactEntry, type AttemptReport, fieldErrorsOf } from '@windlass/contracts';
import { attemptPrefix } from '@windlass/files';
import type { TypeRegistry } from '../registry/type-registry.js';
import type { TypeOfJob } from './claimed-types.js';
import { storedBy } from './litter.js';

/**
 * A success that breaks its promise is a failure: a result against its type's schema, which readers rely on, or an artifact that
 * does not lie under the attempt, which only a worker gone wrong would claim (promise P4). A result that is a file was checked by the
 * worker: core does not see it.
 */
export function checkResult(report: AttemptReport, job: TypeOfJob, registry: TypeRegistry): AttemptReport {
  const prefix = attemptPrefix(job.tenantId, report.jobId, report.run, report.epoch);
  const own = storedBy(report).filter(({ key }) => key.startsWith(prefix));
  const stray = storedBy(report).find(({ key }) => !key.startsWith(prefix));
  if (stray) {
    const why = `The artifact ${stray.name} does not lie under its attempt.`;
    return refused(report, own, 'report.artifact-refused', why);
  }
  const known = registry.of(job.type, job.version);
  if (!known || report.resultFile) return report;
  const broken = (why: string) => {
    const text = `The handler's result does not match the type's schema: ${why}`;
    return refused(report, own, 'report.result-invalid', text);
  };
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

/** What it stored where it may stays named: it is to be collected. */
function refused(report: AttemptReport, artifacts: ArtifactEntry[], code: string, message: string): AttemptReport {
  const { result: _, resultFile: __, ...rest } = report;
  return { ...rest, artifacts, outcome: 'failed', retry: 'never', error: { class: 'ResultInvalid', code, message } };
}
