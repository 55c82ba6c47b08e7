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

/** Somebody pressed Ctrl-C. */
export class Interrupted extends CliFailure {
  constructor(hint: string) {
    super('Interrupted.', hint);
  }
}

/** The command was called wrongly. */
export class UsageFailure extends CliFailure {}
