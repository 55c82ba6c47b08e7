import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Testbed } from '@windlass/testbed';

/** What each process printed last, for whoever looks at a failed run. */
export function keepOutputs(bed: Testbed, keepDir: string): void {
  mkdirSync(keepDir, { recursive: true });
  for (const name of bed.instances) writeFileSync(join(keepDir, `${name}.log`), bed.outputOf(name));
}
