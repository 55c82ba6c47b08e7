export interface HandlerNames {
  /** `report.pdf` */
  type: string;
  /** `report` */
  family: string;
  /** `@windlass/handler-report` */
  packageName: string;
  /** `report-pdf` */
  file: string;
  /** `reportPdfJob` */
  constant: string;
  /** `ReportPdf` */
  typePrefix: string;
}

export function handlerSource({ type, constant, typePrefix }: HandlerNames): string {
  return `import { defineJob } from '@windlass/handler-kit';

export interface ${typePrefix}Payload {
  text: string;
}
export interface ${typePrefix}Result {
  text: string;
}

/** What it makes of the payload, and which tools it needs. */
export const ${constant} = defineJob<${typePrefix}Payload, ${typePrefix}Result>({
  name: '${type}',
  payload: {
    type: 'object',
    required: ['text'],
    additionalProperties: false,
    properties: { text: { type: 'string', maxLength: 10_000 } },
  },
  result: {
    type: 'object',
    required: ['text'],
    additionalProperties: false,
    properties: { text: { type: 'string' } },
  },
  // After softMs the signal aborts, at hardMs the process group is killed.
  limits: { softMs: 50_000, hardMs: 60_000 },
  retry: { maxAttempts: 3 },
  run: (payload, { progress, signal }) => {
    signal.throwIfAborted();
    progress(50, 'half way');
    return { text: payload.text.toUpperCase() };
  },
});
`;
}

export function handlerSpec({ type, constant, file }: HandlerNames): string {
  return `import type { JobContext } from '@windlass/handler-kit';
import { describe, expect, it } from 'vitest';
import { ${constant} } from './${file}.js';

const context = (signal = new AbortController().signal) =>
  ({ signal, progress: () => {}, log: () => {} }) as unknown as JobContext;

describe('${type}', () => {
  it('answers the text in capitals', async () => {
    expect(await ${constant}.run({ text: 'hello' }, context())).toEqual({ text: 'HELLO' });
  });

  it('stops when its signal has aborted', () => {
    expect(() => ${constant}.run({ text: 'hello' }, context(AbortSignal.abort()))).toThrow('aborted');
  });
});
`;
}

export function handlerIndex({ constant, file }: HandlerNames): string {
  return `import { ${constant} } from './${file}.js';\n\nexport default [${constant}];\n`;
}

export function handlerPackage({ family, packageName }: HandlerNames): string {
  const directory = `libs/handlers/${family}`;
  return print({
    name: packageName,
    version: '0.1.0',
    description: `Job types of the family ${family}.`,
    license: 'Apache-2.0',
    private: true,
    type: 'module',
    exports: { '.': { types: './dist/index.d.ts', default: './dist/index.js' } },
    files: ['dist', '!dist/**/*.spec.*', '!dist/.tsbuildinfo'],
    engines: { node: '>=20.19' },
    dependencies: { '@windlass/handler-kit': 'workspace:*' },
    nx: {
      tags: ['kind:lib'],
      targets: {
        build: {
          command: `tsc -b ${directory}`,
          cache: true,
          inputs: ['{projectRoot}/src/**', '{projectRoot}/tsconfig.json', '^default'],
          outputs: ['{projectRoot}/dist'],
        },
      },
    },
  });
}

export function handlerTsconfig(): string {
  return print({
    extends: '../../../tsconfig.base.json',
    compilerOptions: { rootDir: 'src', outDir: 'dist', tsBuildInfoFile: 'dist/.tsbuildinfo' },
    include: ['src/**/*.ts'],
    references: [{ path: '../../handler-kit' }],
  });
}

function print(value: unknown): string {
  // As the formatter has it: a list of one stands on one line.
  return `${JSON.stringify(value, null, 2).replace(/\[\n\s+("[^"\n]*")\n\s+\]/g, '[$1]')}\n`;
}
