import { JsonText } from '@windlass/client';
import type { Cli } from '../frame/cli.js';
import { UsageFailure } from '../frame/cli-failure.js';
import { readInput } from '../frame/read-input.js';

/** JSON, `@FILE` or `-`; it travels as it was written. */
export async function readPayload(cli: Cli, given: string): Promise<JsonText> {
  const text = given === '-' || given.startsWith('@') ? await readInput(cli, given.replace(/^@/, '')) : given;
  try {
    return new JsonText(text);
  } catch (error) {
    throw new UsageFailure(
      `The payload is not JSON: ${(error as Error).message}`,
      `Quote it for the shell, such as '{"file":"a"}', or give @FILE.`,
    );
  }
}
