/** The scope that each operation asks for, as docs/api.md tells it. `-`: open to everybody. An operation without a line fails the run. */
export const NEEDED_SCOPES: Readonly<Record<string, string>> = {
  'POST /v1/jobs': 'jobs:write',
  'GET /v1/jobs': 'jobs:read',
  'POST /v1/jobs/batch': 'jobs:write',
  'POST /v1/jobs/actions': 'jobs:write',
  'GET /v1/jobs/actions': 'jobs:read',
  'GET /v1/jobs/actions/{id}': 'jobs:read',
  'DELETE /v1/jobs/actions/{id}': 'jobs:write',
  'POST /v1/jobs/{id}/cancel': 'jobs:write',
  'POST /v1/jobs/{id}/replay': 'jobs:write',
  'GET /v1/jobs/{id}/logs': 'jobs:read',
  'GET /v1/jobs/{id}/events': 'jobs:read',
  'GET /v1/jobs/{id}': 'jobs:read',
  'GET /v1/jobs/{id}/result': 'jobs:read',
  'GET /v1/jobs/{id}/artifacts': 'jobs:read',
  'GET /v1/jobs/{id}/artifacts/{path}': 'jobs:read',
  'GET /v1/job-types': 'jobs:read',
  'POST /v1/files': 'files:write',
  'POST /v1/files/uploads': 'files:write',
  'POST /v1/files/uploads/{id}/complete': 'files:write',
  'DELETE /v1/files/uploads/{id}': 'files:write',
  'GET /v1/files/{id}': 'files:read',
  'GET /v1/files/{id}/content': 'files:read',
  'POST /v1/api-keys': 'keys:admin',
  'GET /v1/api-keys': 'keys:admin',
  'DELETE /v1/api-keys/{id}': 'keys:admin',
  'GET /v1/queues': 'queues:read',
  'GET /v1/queues/{name}': 'queues:read',
  'PUT /v1/queues/{name}': 'queues:write',
  'DELETE /v1/queues/{name}': 'queues:write',
  'POST /v1/queues/{name}/pause': 'queues:write',
  'POST /v1/queues/{name}/resume': 'queues:write',
  'POST /v1/queues/{name}/purge': 'queues:write',
  'GET /v1/audit': 'audit:read',
  'GET /health': '-',
  'GET /health/live': '-',
  'GET /health/ready': '-',
};

/** Stands for all others. */
export const ALL = 'admin';

export const SCOPES: readonly string[] = [
  ...new Set([...Object.values(NEEDED_SCOPES).filter((scope) => scope !== '-'), ALL]),
];

/** What looks like a scope and is none. */
export const FALSE_SCOPES: readonly string[] = [
  '',
  'ADMIN',
  'Admin',
  '*',
  'jobs:*',
  'admin,',
  '"admin"',
  'jobs',
  'root',
  'admin:read',
];

/** Lines without an operation, operations without a line. */
export function scopeTableFaults(operations: readonly { name: string }[]): string[] {
  const names = new Set(operations.map(({ name }) => name));
  return [
    ...[...names].filter((name) => !(name in NEEDED_SCOPES)).map((name) => `${name} has no line in scope-table.ts`),
    ...Object.keys(NEEDED_SCOPES)
      .filter((name) => !names.has(name))
      .map((name) => `${name} is in scope-table.ts and not in the document`),
  ];
}
