import { join } from 'node:path';
import type { KillerTool } from '../mutant.js';
import { runProgram } from './run-program.js';

/** The services, which some tools start as processes of their own. */
const SERVICES = ['apps/gateway', 'apps/core-api', 'apps/scheduler', 'apps/worker', 'apps/host'];
/** The whole from nothing takes half a minute on two cores. */
const BUILD_MS = 300_000;

/** A mutant that does not compile shows nothing. */
export class BuildFailed extends Error {
  override readonly name = 'BuildFailed';
}

/** Compiles the services and these tools, as far as something changed. @throws BuildFailed with what the compiler said */
export async function buildCopy(copy: string, tools: ReadonlySet<KillerTool>): Promise<void> {
  const projects = [...SERVICES, ...[...tools].map((tool) => `tools/${tool}`)];
  const tsc = join(copy, 'node_modules/typescript/bin/tsc');
  const { code, timedOut, stdout, stderr } = await runProgram(tsc, ['-b', ...projects], {
    cwd: copy,
    timeoutMs: BUILD_MS,
  });
  if (code !== 0)
    throw new BuildFailed(timedOut ? 'the build took too long' : `${stdout}${stderr}`.trim().slice(0, 2_000));
}
