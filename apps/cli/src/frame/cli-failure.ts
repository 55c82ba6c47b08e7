/** The command could not do what was asked. `hint` says what to do about it. */
export class CliFailure extends Error {
  override readonly name = 'CliFailure';

  constructor(
    message: string,
    readonly hint?: string,
  ) {
    super(message);
  }
}

/** The command was called wrongly. */
export class UsageFailure extends CliFailure {}
