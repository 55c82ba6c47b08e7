import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ROOT } from './root.mjs';
import { runCommand } from './run-command.mjs';

const REPORTER = fileURLToPath(new URL('./count-tests.mjs', import.meta.url));

const SERVICES = ['postgres', 'rabbitmq', 'rabbitmq4', 's3'];

/** Runs the tests; arguments go to vitest. The last line counts them. */
export async function runTests(args) {
  const folder = mkdtempSync(join(tmpdir(), 'windlass-test-'));
  const report = join(folder, 'counts.json');
  try {
    // On a bare machine this takes minutes, which no test's own time has room for. What cannot be had is told by the test that asks.
    await runCommand(process.execPath, [join(ROOT, 'tools/services/dist/main.js'), 'install', ...SERVICES]);
    const vitest = join(ROOT, 'node_modules/vitest/vitest.mjs');
    const code = await runCommand(
      process.execPath,
      [vitest, 'run', '--reporter=default', `--reporter=${REPORTER}`, ...args],
      { env: { WINDLASS_TEST_COUNTS: report } },
    );
    return tell(readCounts(report), code);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Nothing written means that vitest itself did not get through, or found nothing to run. */
function readCounts(report) {
  try {
    return JSON.parse(readFileSync(report, 'utf8'));
  } catch {
    return { passed: 0, failed: 0, skipped: [] };
  }
}

/** A skipped test that does not say why counts as failed: what nobody ran guarantees nothing. */
export function summarise({ passed, failed, skipped }, code) {
  const explained = skipped.filter((each) => each.why);
  let bad = failed + skipped.length - explained.length;
  if (bad === 0 && (code !== 0 || passed === 0)) bad = 1;
  const line = `${passed} passed, ${bad} failed${explained.length > 0 ? `, ${explained.length} skipped` : ''}`;
  return { line, exitCode: bad === 0 ? 0 : 1 };
}

function tell(counts, code) {
  for (const { name, why } of counts.skipped) {
    console.log(why ? `skipped: ${name}: ${why}` : `skipped without a reason, counted as failed: ${name}`);
  }
  const { line, exitCode } = summarise(counts, code);
  console.log(line);
  return exitCode;
}
