import type { Instance, Testbed } from '@windlass/testbed';

const TRIES = 5;

/**
 * What a supervisor does: starts an instance that has died, again if it dies while it starts, since another fault may be on.
 * @throws the last failure
 */
export async function bringBack(bed: Testbed, name: Instance, env: Record<string, string> = {}): Promise<void> {
  let failure: unknown;
  for (let turn = 0; turn < TRIES; turn += 1) {
    try {
      await bed.start(name, env);
      return;
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}
