import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { Backoff } from '@windlass/client';
import { type FieldError } from '@windlass/faults';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsInt,
  IsNumber,
  IsOptional,
  Max,
  Min,
  ValidateIf,
} from 'class-validator';
import { OneOf } from '../http/field-forms.decorator.js';

const DAY_MS = 86_400_000;
const KINDS = ['fixed', 'exponential', 'list'] as const;

/** Both forms of it at once: which fields belong to which is checked by `backoffOf`. */
export class BackoffDto {
  @ApiProperty({ enum: KINDS, description: '`list`: one delay for each retry, the last one for all further ones.' })
  @OneOf(KINDS)
  kind: 'fixed' | 'exponential' | 'list';

  @ApiPropertyOptional({ minimum: 0, maximum: DAY_MS, description: 'Required unless `kind` is `list`.' })
  @ValidateIf((backoff: BackoffDto) => backoff.kind !== 'list' || backoff.delayMs != null)
  @IsInt()
  @Min(0)
  @Max(DAY_MS)
  delayMs?: number;

  @ApiPropertyOptional({
    type: [Number],
    minItems: 1,
    maxItems: 100,
    description: 'Required if `kind` is `list`: 0 to a day each.',
  })
  @ValidateIf((backoff: BackoffDto) => backoff.kind === 'list' || backoff.delaysMs != null)
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(100)
  @IsInt({ each: true })
  @Min(0, { each: true })
  @Max(DAY_MS, { each: true })
  delaysMs?: number[];

  @ApiPropertyOptional({ minimum: 0, maximum: DAY_MS, description: 'Where doubling ends.' })
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(DAY_MS)
  maxDelayMs?: number;

  @ApiPropertyOptional({ minimum: 0, maximum: 1, description: 'Share of the delay that is random.' })
  @IsOptional()
  @IsNumber()
  @Min(0)
  @Max(1)
  jitter?: number;
}

/** Fields of the other form: ignored they would hide a mistake. */
export function foreignFields(backoff: BackoffDto): FieldError[] {
  const foreign = backoff.kind === 'list' ? (['delayMs', 'maxDelayMs'] as const) : (['delaysMs'] as const);
  const belongs = backoff.kind === 'list' ? 'the kinds fixed and exponential' : 'the kind list';
  return foreign
    .filter((name) => backoff[name] != null)
    .map((name) => ({ path: `/backoff/${name}`, message: `belongs to ${belongs}` }));
}

/** Of checked fields. `null` reads as left out. */
export function backoffOf({ kind, delayMs, delaysMs, maxDelayMs, jitter }: BackoffDto): Backoff {
  const share = jitter == null ? {} : { jitter };
  if (kind === 'list') return { kind, delaysMs: delaysMs ?? [], ...share };
  return { kind, delayMs: delayMs ?? 0, ...(maxDelayMs == null ? {} : { maxDelayMs }), ...share };
}
