import { afterAll, beforeAll, expect, it } from 'vitest';
import { startGateway, type TestGateway } from '../testing/start-gateway.fixture.js';

interface Operation {
  summary?: string;
  parameters?: { name: string; in: string }[];
  security?: unknown[];
  responses: Record<string, { description: string; content?: Record<string, { schema?: { $ref?: string } }> }>;
}
interface Document {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, unknown> };
}

let test: TestGateway;
let document: Document;
beforeAll(async () => {
  test = await startGateway();
  document = (await (await test.call('GET', '/docs-json', { token: null })).json()) as Document;
});
afterAll(() => test.stop());

const operations = () =>
  Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ path, method, operation })),
  );

it('every route that the server knows is in the document', () => {
  const served = test.gateway.routes
    .list()
    .filter((route) => !route.url.startsWith('/docs') && route.url !== '/')
    .flatMap((route) => route.methods.filter((method) => method !== 'HEAD').map((method) => `${method} ${route.url}`));
  const documented = operations().map(
    ({ path, method }) => `${method.toUpperCase()} ${path.replace('/{path}', '/*').replace(/\{(\w+)\}/g, ':$1')}`,
  );
  expect(served.sort()).toEqual(documented.sort());
  expect(served.length).toBeGreaterThan(15);
});

it('every route under /v1 says what it is for, asks for a token, and describes its problems', () => {
  for (const { path, method, operation } of operations().filter((each) => each.path.startsWith('/v1'))) {
    const name = `${method} ${path}`;
    expect(operation.summary, name).toBeTruthy();
    if (method !== 'get')
      expect(Object.keys(operation.responses), name).toEqual(expect.arrayContaining(['413', '415']));
    expect(operation.security, name).toEqual([{ bearer: [] }]);
    expect(Object.keys(operation.responses), name).toEqual(expect.arrayContaining(['400', '401', '403', '503']));
    for (const [status, response] of Object.entries(operation.responses)) {
      if (Number(status) >= 400)
        expect(Object.keys(response.content ?? {}), `${name} ${status}`).toEqual(['application/problem+json']);
    }
  }
});

it('every route that takes JSON documents why a body is refused', () => {
  for (const { path, method, operation } of operations()) {
    if (!path.startsWith('/v1') || method === 'get' || path === '/v1/files') continue;
    const told = Object.values(operation.responses).map((response) => response.description);
    for (const code of ['body-malformed', 'body-too-deep', 'body-too-large', 'content-type-unsupported'])
      expect(told.join(), `${method} ${path}`).toContain(`\`http.${code}\``);
  }
});

it('every parameter in a path is described', () => {
  for (const { path, method, operation } of operations()) {
    const named = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
    const described = (operation.parameters ?? [])
      .filter((parameter) => parameter.in === 'path')
      .map((parameter) => parameter.name);
    expect(described.sort(), `${method} ${path}`).toEqual(named.sort());
  }
});

it('every reference in the document leads somewhere', () => {
  const references = [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(
    (match) => match[1] ?? '',
  );
  expect(references.length).toBeGreaterThan(20);
  for (const name of references) expect(document.components.schemas).toHaveProperty(name);
});

it('a payload is documented as any JSON, not as an object', () => {
  for (const name of ['SubmitJobBodyDto', 'BatchItemDto', 'JobDto']) {
    const { payload } = (document.components.schemas[name] as { properties: Record<string, object> }).properties;
    expect(payload, name).toMatchObject({ anyOf: [{}] });
    expect(payload, name).not.toHaveProperty('type');
  }
});

it('the page for people loads', async () => {
  const page = await test.call('GET', '/docs', { token: null });
  expect(page.headers.get('content-type')).toContain('text/html');
  expect((await test.call('GET', '/docs/swagger-ui-bundle.js', { token: null })).status).toBe(200);
  expect((await test.call('GET', '/', { token: null })).headers.get('location')).toBe('/docs');
});
