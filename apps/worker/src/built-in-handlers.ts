/** Handler packages that every worker has, one line each. Resolved from here, so that the working directory does not matter. */
export const BUILT_IN_HANDLERS: readonly string[] = [
  import.meta.resolve('@windlass/handler-hash'),
  import.meta.resolve('@windlass/handler-cad'),
  import.meta.resolve('@windlass/handler-http'),
];
