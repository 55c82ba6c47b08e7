import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { EventPage, JobEvent, ReadEventsQuery } from '@windlass/client';
import { Type } from 'class-transformer';
import { IsOptional } from 'class-validator';
import { Whole } from '../http/field-forms.decorator.js';
import { Text } from '../http/text.decorator.js';
import { JobErrorDto } from './job.dto.js';

export class ReadEventsDto implements ReadEventsQuery {
  @ApiPropertyOptional({ example: '1.1.2', description: 'Place of an event, `run.epoch.rank`: only those behind it.' })
  @IsOptional()
  @Text(1, 40)
  after?: string;

  @ApiPropertyOptional({ minimum: 1, maximum: 1000, default: 100, description: 'Of a page; a stream has no end.' })
  @IsOptional()
  @Type(() => Number)
  @Whole(1, 1000)
  limit?: number;
}

export class JobEventDto implements JobEvent {
  @ApiProperty()
  run: number;
  @ApiProperty()
  epoch: number;
  @ApiProperty({
    description:
      'Its place within run and epoch: 0 `submitted`, `replayed`, 1 `started`, 2 end of an attempt, 3 terminal.',
  })
  rank: number;
  @ApiProperty({ description: '`submitted`, `started`, `attempt-<outcome>`, `replayed`, or the terminal state.' })
  kind: string;
  @ApiProperty({ description: 'Exactly one per run is.' })
  terminal: boolean;
  @ApiProperty({ format: 'date-time' })
  at: string;
  @ApiPropertyOptional()
  worker?: string;
  @ApiPropertyOptional()
  machine?: string;
  @ApiPropertyOptional({ description: 'Who asked for it (cancel, replay): subject of the token.' })
  actor?: string;
  @ApiPropertyOptional({ description: 'Why, where the kind does not say it.' })
  reason?: string;
  @ApiPropertyOptional({ type: JobErrorDto })
  error?: JobErrorDto;
}

export class EventPageDto implements EventPage {
  @ApiProperty({ type: [JobEventDto], description: 'Oldest first.' })
  items: JobEventDto[];
  @ApiPropertyOptional({ description: '`after` of the next page. Absent on the last one.' })
  nextAfter?: string;
  @ApiProperty({ description: 'The job is: behind the last page nothing follows.' })
  finished: boolean;
}
