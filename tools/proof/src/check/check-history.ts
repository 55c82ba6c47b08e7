import type { History, Verdict } from '../history.js';
import { Violations } from './collect-violations.js';
import type { Evidence } from './evidence.js';
import { STAMP_SLACK_MS, WorkerFaults } from './fault-spans.js';
import { checkAccepted } from './h1-accepted.js';
import { checkLegalPaths } from './h2-legal-paths.js';
import { checkOneEnd } from './h3-one-end.js';
import { checkEffects } from './h4-effects.js';
import { checkJustifiedRuns } from './h5-justified-runs.js';
import { checkQuiet } from './h7-quiet.js';
import { checkCurrentWriters } from './h8-current-writers.js';
import { checkLeader } from './h8-leader.js';
import { readStories } from './read-stories.js';

/**
 * Judges a run by what its four witnesses left behind, after quiet. Pure: the same history has the same verdict. Every violation is
 * counted, the first fifty of a rule are kept. A witness that is missing altogether (no sink lines, no changes) is not held against the
 * run: `looked` says how much there was to judge.
 */
export function checkHistory(history: History): Verdict {
  const violations = new Violations();
  const stories = readStories(history);
  const evidence: Evidence = {
    history,
    stories,
    workerFaults: new WorkerFaults(history.faults, history.stampSlackMs ?? STAMP_SLACK_MS),
  };
  checkAccepted(evidence, violations.of('H1'));
  checkLegalPaths(evidence, violations.of('H2'));
  checkOneEnd(evidence, violations.of('H3'));
  checkEffects(evidence, violations.of('H4'));
  checkJustifiedRuns(evidence, violations.of('H5'));
  checkQuiet(evidence, violations.of('H7'));
  checkCurrentWriters(evidence, violations.of('H8'));
  checkLeader(evidence, violations.of('H8'));
  let runs = 0;
  for (const story of stories.values()) runs += story.runs.length;
  return violations.verdict({
    operations: history.operations.length,
    jobs: stories.size,
    runs,
    changes: history.changes.length,
    faults: history.faults.length,
  });
}
