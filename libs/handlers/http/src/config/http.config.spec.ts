import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { loadHttpConfig } from './http.config.js';
import { HTTP_VARIABLES, VARIABLES, variableOf } from './http-variables.js';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'windlass-http-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const VALUE = 'Bearer s3cret-value';
const API = 'https://api.example.com';

it('without variables nothing is allowed and nothing is known', () => {
  const { allow, secrets } = loadHttpConfig({ PATH: '/bin', HTTP_SECRET_EMPTY: '' });
  expect(secrets.size).toBe(0);
  expect(allow.allowsHost('localhost', 80)).toBe(false);
});

it('a secret is its value, or a file without its last newline, and the origins that may see it', () => {
  const path = join(directory, 'key');
  writeFileSync(path, 'from file\n');
  const { secrets } = loadHttpConfig({
    HTTP_SECRET_API: VALUE,
    HTTP_SECRET_API_ORIGINS: `${API}, https://api.example.com:8443`,
    HTTP_SECRET_HOOK_2_FILE: path,
    HTTP_SECRET_HOOK_2_ORIGINS: '*',
  });
  expect(secrets.get('API')).toEqual({
    name: 'API',
    value: VALUE,
    origins: new Set([API, 'https://api.example.com:8443']),
  });
  expect(secrets.get('HOOK_2')?.value).toBe('from file');
});

it.each([
  ['no origins', { HTTP_SECRET_A: VALUE }, 'HTTP_SECRET_A_ORIGINS: is not set'],
  ['no value', { HTTP_SECRET_A_ORIGINS: API }, 'HTTP_SECRET_A: is not set'],
  ['an origin with a path', { HTTP_SECRET_A: VALUE, HTTP_SECRET_A_ORIGINS: `${API}/x` }, '/x" is not an origin'],
  ['a host as origin', { HTTP_SECRET_A: VALUE, HTTP_SECRET_A_ORIGINS: 'api.example.com' }, 'is not an origin'],
  ['two values', { HTTP_SECRET_A: VALUE, HTTP_SECRET_A_FILE: '/x', HTTP_SECRET_A_ORIGINS: API }, 'keep one of them'],
  ['no such file', { HTTP_SECRET_A_FILE: '/nowhere/key', HTTP_SECRET_A_ORIGINS: API }, 'cannot be read (ENOENT)'],
  ['two lines', { HTTP_SECRET_A: `${VALUE}\r\nx: y`, HTTP_SECRET_A_ORIGINS: API }, 'one line of printable ASCII'],
  ['a name in lower case', { HTTP_SECRET_a: VALUE, HTTP_SECRET_a_ORIGINS: API }, 'the name must be'],
  ['a bad network', { HTTP_ALLOW: '10.0.0.0/8,10.0.0.1/8' }, 'HTTP_ALLOW: "10.0.0.1/8"'],
])('%s refuses the start, and no value is told', (_, env, expected) => {
  let message = '';
  try {
    loadHttpConfig(env);
  } catch (error) {
    message = (error as Error).message;
  }
  expect(message).toContain(expected);
  expect(message).not.toContain('s3cret');
});

it.each(HTTP_VARIABLES)('what the page lists is read: a fault in $name is told', (variable) => {
  const name = variable.name.replace('<NAME>', 'A');
  expect(() => loadHttpConfig({ [name]: '/no such\nvalue' })).toThrow(`${name}: `);
});

it('the examples of the page can be used as they stand', () => {
  const { allow, secrets } = loadHttpConfig({
    [VARIABLES.allow.name]: VARIABLES.allow.example,
    [variableOf('secret', 'A')]: VARIABLES.secret.example,
    [variableOf('origins', 'A')]: VARIABLES.origins.example,
  });
  expect(allow.allowsHost('hooks.internal', 8080)).toBe(true);
  expect(secrets.get('A')?.origins.size).toBe(2);
});

it('all faults at once', () => {
  expect(() => loadHttpConfig({ HTTP_ALLOW: 'a b', HTTP_SECRET_A: VALUE, HTTP_SECRET_B_ORIGINS: API })).toThrow(
    /HTTP_ALLOW: .*HTTP_SECRET_A_ORIGINS: .*HTTP_SECRET_B: /,
  );
});
