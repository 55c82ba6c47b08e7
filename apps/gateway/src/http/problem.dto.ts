import { applyDecorators } from '@nestjs/common';
import { ApiExtraModels, ApiProperty, ApiPropertyOptional, ApiResponse, getSchemaPath } from '@nestjs/swagger';
import type { Problem } from '@windlass/client';
import { FAULT_CODES, type FaultCode } from '@windlass/faults';

export class FieldErrorDto {
  @ApiProperty({ description: 'JSON pointer into the body, or the name of a header or query parameter.' })
  path: string;
  @ApiProperty()
  message: string;
}

export class ProblemDto implements Problem {
  @ApiProperty({ example: 'urn:windlass:fault:http.fields-invalid' })
  type: string;
  @ApiProperty()
  title: string;
  @ApiProperty({ description: 'HTTP status.' })
  status: number;
  @ApiProperty({ description: 'Stable, for programs.', enum: Object.keys(FAULT_CODES) })
  code: string;
  @ApiProperty({ description: 'What to do.' })
  detail: string;
  @ApiPropertyOptional({ type: [FieldErrorDto] })
  errors?: FieldErrorDto[];
  @ApiPropertyOptional({ description: 'The same call can succeed after this many milliseconds.' })
  retryAfterMs?: number;
}

/** What any authenticated route may answer besides its own. */
const EVERYWHERE: FaultCode[] = [
  'http.request-malformed',
  'auth.token-missing',
  'auth.token-invalid',
  'auth.scope-missing',
  'http.rate-limited',
  'http.overloaded',
  'broker.unavailable',
  'broker.timeout',
  'broker.circuit-open',
  'store.unavailable',
];

/** Of every route that reads JSON. A body where none is wanted is still read, and refused when it cannot be. */
export const REFUSED_BODIES: FaultCode[] = [
  'http.body-malformed',
  'http.body-too-deep',
  'http.body-too-large',
  'http.content-type-unsupported',
];

/** Documents problem answers by their codes, one response per status. */
export function ApiProblems(...codes: FaultCode[]): MethodDecorator & ClassDecorator {
  const byStatus = new Map<number, FaultCode[]>();
  for (const code of [...EVERYWHERE, ...codes]) {
    const status = FAULT_CODES[code].status;
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  const responses = [...byStatus].map(([status, codesOf]) =>
    ApiResponse({
      status,
      description: codesOf.map((code) => `\`${code}\`: ${FAULT_CODES[code].title}`).join('; '),
      content: { 'application/problem+json': { schema: { $ref: getSchemaPath(ProblemDto) } } },
    }),
  );
  return applyDecorators(ApiExtraModels(ProblemDto), ...responses);
}
