import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { Items, PutQueueRequest, Queue, QueueType } from '@windlass/client';
import type { QueueView } from '@windlass/contracts';
import { IsOptional } from 'class-validator';
import { Whole } from '../http/field-forms.decorator.js';
import { times } from '../read/present-job.js';

export class PutQueueDto implements PutQueueRequest {
  @ApiPropertyOptional({
    type: 'integer',
    minimum: 0,
    maximum: 1_000_000,
    nullable: true,
    description: 'Running jobs at most, over all workers. null lifts the limit; left out it stays as it is.',
  })
  @IsOptional()
  @Whole(0, 1_000_000)
  maxRunning?: number | null;
}

export class QueueTypeDto implements QueueType {
  @ApiProperty({ example: 'hash' })
  type: string;
  @ApiProperty()
  queued: number;
  @ApiProperty()
  running: number;
  @ApiProperty({ description: 'Of living workers.' })
  slots: number;
}

export class QueueDto implements Queue {
  @ApiProperty({ example: 'hash' })
  name: string;
  @ApiProperty({ description: 'Made by an operator; else it is that of the type of its name.' })
  named: boolean;
  @ApiProperty({ description: 'Hands nothing over; what runs goes on.' })
  paused: boolean;
  @ApiPropertyOptional({ format: 'date-time' })
  pausedAt?: string;
  @ApiPropertyOptional({ description: 'Running jobs at most, over all workers.' })
  maxRunning?: number;
  @ApiProperty()
  queued: number;
  @ApiProperty({ description: 'Queued as well, but their concurrency key is used up. Not among `queued`.' })
  held: number;
  @ApiProperty()
  scheduled: number;
  @ApiProperty()
  blocked: number;
  @ApiProperty()
  running: number;
  @ApiPropertyOptional({ description: 'How long the one that has been queued longest has waited.' })
  oldestMs?: number;
  @ApiProperty({ type: [QueueTypeDto] })
  types: QueueTypeDto[];
}

export class QueuesDto implements Items<Queue> {
  @ApiProperty({ type: [QueueDto] })
  items: QueueDto[];
}

export function presentQueue({ pausedAt, ...view }: QueueView): Queue {
  return { ...view, ...times({ pausedAt }) };
}
