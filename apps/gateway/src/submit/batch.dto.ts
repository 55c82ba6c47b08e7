import { ApiExtraModels, ApiProperty, ApiPropertyOptional, getSchemaPath } from '@nestjs/swagger';
import type { AcceptedItem, BatchAnswer, BatchItemResult, Problem, RefusedItem } from '@windlass/client';
import { ProblemDto } from '../http/problem.dto.js';
import { MAX_BATCH_ITEMS } from './batch-limits.js';
import { SubmitJobBodyDto, SubmittedJobDto } from './submit-job.dto.js';

/** For the document: items are read one by one, so that a bad one fails alone. */
export class BatchItemDto extends SubmitJobBodyDto {
  @ApiPropertyOptional({
    minLength: 1,
    maxLength: 255,
    description: "Visible ASCII. Default: `<the batch's Idempotency-Key>/<index>`, if the batch has one.",
  })
  idempotencyKey?: string;
}

export class BatchDto {
  @ApiProperty({ type: [BatchItemDto], minItems: 1, maxItems: MAX_BATCH_ITEMS })
  jobs: BatchItemDto[];
}

export class AcceptedItemDto extends SubmittedJobDto implements AcceptedItem {
  @ApiProperty({ enum: [202] })
  status: 202;
  @ApiPropertyOptional({ description: 'An earlier submission with this idempotency key made it.' })
  replayed?: boolean;
}

export class RefusedItemDto implements RefusedItem {
  @ApiProperty({ description: 'What the submission would have got alone.' })
  status: number;
  @ApiProperty({ type: ProblemDto, description: 'Paths in its errors begin with `/jobs/<index>`.' })
  problem: Problem;
}

@ApiExtraModels(AcceptedItemDto, RefusedItemDto)
export class BatchAnswerDto implements BatchAnswer {
  @ApiProperty({
    type: 'array',
    items: { oneOf: [{ $ref: getSchemaPath(AcceptedItemDto) }, { $ref: getSchemaPath(RefusedItemDto) }] },
    description: 'In the order of the submissions.',
  })
  items: BatchItemResult[];
}
