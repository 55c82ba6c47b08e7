/** Everything that is wrong with the environment, found in one pass. Its text holds no secret's value. */
export class ConfigFault extends Error {
  constructor(
    /** One line each: `NAME: what is wrong, what to do`. */
    readonly faults: readonly string[],
  ) {
    super(
      `${faults.length} configuration ${faults.length === 1 ? 'fault' : 'faults'}:\n${faults.map((line) => `  ${line}`).join('\n')}`,
    );
    this.name = 'ConfigFault';
  }
}
