import { writeFileSync } from 'node:fs';

/**
 * A vitest reporter that writes how many tests passed and failed, and which were skipped and why. A file that could not be
 * loaded and an error outside of any test count as failed ones.
 */
export default class CountTests {
  onTestRunEnd(modules, unhandledErrors) {
    const counts = { passed: 0, failed: unhandledErrors.length, skipped: [] };
    for (const module of modules) {
      let failedHere = 0;
      for (const test of module.children.allTests()) {
        const result = test.result();
        if (result.state === 'passed') counts.passed += 1;
        else if (result.state === 'skipped' && module.state() !== 'failed')
          counts.skipped.push(skipped(module, test, result));
        else failedHere += 1;
      }
      if (module.state() === 'failed' && failedHere === 0) failedHere = 1;
      counts.failed += failedHere;
    }
    writeFileSync(process.env.WINDLASS_TEST_COUNTS, JSON.stringify(counts));
  }
}

function skipped(module, test, result) {
  return { name: `${module.relativeModuleId ?? module.moduleId} > ${test.fullName}`, why: result.note };
}
