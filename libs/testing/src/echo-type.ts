/** The job type that the engine's specs work with; nothing runs it. As a worker announces it. */
export const ECHO_DECLARATION = {
  name: 'echo',
  version: 1,
  payloadSchema: {} as Record<string, unknown>,
  resultSchema: {} as Record<string, unknown>,
  softMs: 1000,
  hardMs: 2000,
  maxAttempts: 2,
  backoff: { kind: 'fixed' as const, delayMs: 0 },
  retryTimeout: false,
  weight: 'tiny' as const,
  tools: [] as string[],
};

/** The same type as the rows of its jobs have it, for specs that write them themselves. */
export const ECHO_TEMPLATE = {
  tenantId: 'acme',
  type: 'echo',
  typeVersion: 1,
  queue: 'echo',
  priority: 3,
  maxAttempts: 3,
  softMs: 1000,
  hardMs: 2000,
  backoff: { kind: 'fixed' as const, delayMs: 0 },
  retryTimeout: false,
  tags: [] as string[],
  retention: 'standard' as const,
};
