import type { ArtifactEntry, AttemptReport } from '@windlass/contracts';
import type { LitteringAttempt } from '@windlass/store';

/** What an attempt stored, by its own word. */
export function storedBy(report: AttemptReport): ArtifactEntry[] {
  return [...(report.artifacts ?? []), ...(report.resultFile ? [report.resultFile] : [])];
}

/**
 * The prefix below which a report's attempt stored something; undefined when it stored nothing there. Read from the keys, since the job's
 * row may be gone: whatever they name, the prefix ends in this job, run and epoch.
 */
export function litterOf(report: AttemptReport): LitteringAttempt | undefined {
  const { jobId, run, epoch } = report;
  const own = new RegExp(`^tenants/[A-Za-z0-9._-]+/jobs/${jobId}/${run}/${epoch}/`);
  for (const { key } of storedBy(report)) {
    const prefix = own.exec(key)?.[0];
    if (prefix !== undefined) return { jobId, run, epoch, prefix };
  }
  return undefined;
}
