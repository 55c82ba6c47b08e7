import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mintToken } from '@windlass/testing';
import { decodeJwt } from 'jose';
import type { RawDocument } from '../openapi/api-document.js';
import type { Platform } from '../platform/platform.js';
import { reachPlatform } from '../platform/reach-platform.js';

/** What the server does wrong. Without any it is sound as far as it goes. */
export type Sin =
  | 'leaks-a-stack'
  | 'answers-500'
  | 'undocumented-status'
  | 'undocumented-field'
  | 'wrong-content-type'
  | 'no-request-id'
  | 'foreign-403'
  | 'foreign-header'
  | 'believes-alg-none'
  | 'fetches-jku'
  | 'takes-foreign-members'
  | 'names-no-field'
  | '503-without-retry-after';

export const ISSUER = {
  secret: 'a secret of this spec, which is long enough',
  issuer: 'windlass',
  audience: 'windlass',
};
const THEIRS = '0192a0b0-1111-7000-8000-000000000001';

/** `GET`, `POST /v1/things`, `GET /v1/things/{id}`: one kind of object, as the platform would serve it. */
export async function startCareless(
  ...sins: Sin[]
): Promise<{ platform: Platform; stop(): Promise<void>; theirs: string }> {
  const server = createServer((request, response) => {
    // A body that breaks off is answered by nobody.
    serve(request, response, new Set(sins)).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const stop = () => end(server);
  const reached = await reachPlatform(url, (claims) => mintToken(ISSUER, claims));
  return { platform: { ...reached, errors: '', isRunning: true, stop }, stop, theirs: THEIRS };
}

export const DOCUMENT: RawDocument = {
  paths: {
    '/v1/things': { post: operation(['201', 'Thing'], true), get: operation(['200', 'Thing']) },
    '/v1/things/{id}': {
      get: { ...operation(['200', 'Thing']), parameters: [{ name: 'id', in: 'path', schema: { type: 'string' } }] },
    },
  },
  components: {
    schemas: {
      Thing: {
        type: 'object',
        required: ['id'],
        properties: { id: { type: 'string' }, name: { type: 'string' }, size: { type: 'number' } },
      },
      Problem: {
        type: 'object',
        required: ['status', 'code', 'detail'],
        properties: {
          status: { type: 'number' },
          code: { type: 'string' },
          detail: { type: 'string' },
          errors: { type: 'array' },
        },
      },
    },
  },
};

function operation([status, name]: [string, string], hasBody = false) {
  const schema = { $ref: `#/components/schemas/${name}` };
  const problem = { content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } } };
  return {
    ...(hasBody ? { requestBody: { content: { 'application/json': { schema } } } } : {}),
    responses: {
      [status]: { content: { 'application/json': { schema } } },
      '400': problem,
      '401': problem,
      '403': problem,
      '404': problem,
      '503': problem,
    },
  };
}

async function serve(request: IncomingMessage, response: ServerResponse, sins: ReadonlySet<Sin>): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const answer = (status: number, body: object, headers: Record<string, string> = {}) => {
    const type = status >= 400 ? 'application/problem+json' : 'application/json';
    response.writeHead(status, {
      'content-type': sins.has('wrong-content-type') ? 'text/html' : type,
      ...(sins.has('no-request-id') ? {} : { 'x-request-id': randomUUID() }),
      ...headers,
    });
    response.end(JSON.stringify(body));
  };
  const refuse = (status: number, code: string, detail = 'Do it in another way.', headers = {}, more = {}) =>
    answer(status, { status, code, detail, ...more }, headers);
  if (sins.has('answers-500')) return void refuse(500, 'internal.bug');
  if (sins.has('503-without-retry-after')) return void refuse(503, 'store.unavailable');
  const scope = await scopeOf(request.headers.authorization, sins);
  if (scope === undefined)
    return void refuse(
      401,
      request.headers.authorization ? 'auth.token-invalid' : 'auth.token-missing',
      'Send a token that is valid.',
      {
        'www-authenticate': `Bearer realm="windlass"${request.headers.authorization ? ', error="invalid_token"' : ''}`,
      },
    );
  if (request.url?.startsWith('/v1/jobs')) return void answer(200, { id: 'x' });
  if (request.method === 'GET' && request.url !== '/v1/things') return void serveOne(request.url ?? '', refuse, sins);
  serveBody(Buffer.concat(chunks).toString(), answer, refuse, sins);
}

type Refuse = (status: number, code: string, detail?: string, headers?: object, more?: object) => void;

function serveOne(url: string, refuse: Refuse, sins: ReadonlySet<Sin>): void {
  const isTheirs = url.includes(THEIRS);
  if (isTheirs && sins.has('foreign-403')) return void refuse(403, 'auth.scope-missing');
  if (sins.has('leaks-a-stack'))
    return void refuse(404, 'x.unknown', `Error: no row\n    at findThing (/srv/app/find-thing.js:12:3)`);
  refuse(
    404,
    'x.unknown',
    'There is no such thing.',
    isTheirs && sins.has('foreign-header') ? { 'x-owner': 'other' } : {},
  );
}

function serveBody(
  text: string,
  answer: (status: number, body: object) => void,
  refuse: Refuse,
  sins: ReadonlySet<Sin>,
): void {
  let body: Record<string, unknown>;
  try {
    body = JSON.parse(text || '{}') as Record<string, unknown>;
  } catch {
    return void refuse(400, 'http.body-malformed', 'The body is not JSON.');
  }
  if (typeof body !== 'object' || body === null) return void refuse(400, 'http.body-malformed', 'Send a JSON object.');
  const unknown = Object.keys(body).find((name) => name !== 'name' && name !== 'size');
  if (unknown !== undefined && !sins.has('takes-foreign-members')) {
    const errors = [{ path: `/${unknown}`, message: 'unknown field' }];
    return void refuse(400, 'http.fields-invalid', 'There is an unknown field.', {}, { errors });
  }
  const { name, size } = body;
  if (name !== undefined && (typeof name !== 'string' || name.includes('\u0000'))) {
    const errors = sins.has('names-no-field') ? [] : [{ path: '/name', message: 'must be text without NUL' }];
    return void refuse(400, 'http.fields-invalid', 'A field is not valid.', {}, { errors });
  }
  const kept = {
    id: randomUUID(),
    ...(typeof name === 'string' ? { name: name } : {}),
    ...(typeof size === 'number' ? { size: size } : {}),
    ...(sins.has('takes-foreign-members') ? body : {}),
    ...(sins.has('undocumented-field') ? { secretHash: 'x' } : {}),
  };
  answer(sins.has('undocumented-status') ? 203 : 201, kept);
}

async function scopeOf(authorization: string | undefined, sins: ReadonlySet<Sin>): Promise<string | undefined> {
  const token = /^Bearer (.+)$/.exec(authorization ?? '')?.[1];
  if (token === undefined) return undefined;
  try {
    const header = JSON.parse(Buffer.from(token.split('.', 1)[0] ?? '', 'base64url').toString()) as {
      alg?: string;
      jku?: string;
    };
    if (sins.has('fetches-jku') && header.jku) await fetch(header.jku).catch(() => undefined);
    if (sins.has('believes-alg-none') && header.alg === 'none') return 'admin';
    const honest = await isSigned(token);
    return honest ? String(decodeJwt(token).scope) : undefined;
  } catch {
    return undefined;
  }
}

async function isSigned(token: string): Promise<boolean> {
  const { jwtVerify } = await import('jose');
  await jwtVerify(token, new TextEncoder().encode(ISSUER.secret), {
    issuer: ISSUER.issuer,
    audience: ISSUER.audience,
    algorithms: ['HS256'],
    requiredClaims: ['exp', 'sub', 'tenant'],
  });
  return true;
}

async function end(server: Server): Promise<void> {
  server.close();
  server.closeAllConnections();
}
