/** Names of the worker's environment that a child may see: enough to find programs, fonts and the time zone. */
const PASSED = ['PATH', 'HOME', 'LANG', 'TZ'];

/** A child's whole environment. The worker's holds broker and S3 secrets, so names are let through one by one. */
export function childEnvironment(tmpDir: string, added: Readonly<Record<string, string>>): Record<string, string> {
  const environment: Record<string, string> = { TMPDIR: tmpDir };
  for (const name of PASSED) {
    const value = process.env[name];
    if (value !== undefined) environment[name] = value;
  }
  return { ...environment, ...added };
}
