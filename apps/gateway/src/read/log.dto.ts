import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { LogLevel, LogLine, LogPage, ReadLogsQuery } from '@windlass/client';
import { Type } from 'class-transformer';
import { IsOptional } from 'class-validator';
import { OneOf, Whole } from '../http/field-forms.decorator.js';
import { Text } from '../http/text.decorator.js';

const LEVELS: LogLevel[] = ['debug', 'info', 'warn', 'error'];

export class ReadLogsDto implements ReadLogsQuery {
  @ApiPropertyOptional({ example: '1.1.42', description: 'Place of a line, `run.epoch.seq`: only those behind it.' })
  @IsOptional()
  @Text(1, 40)
  after?: string;

  @ApiPropertyOptional({ enum: LEVELS, description: 'This one and graver.' })
  @IsOptional()
  @OneOf(LEVELS)
  level?: LogLevel;

  @ApiPropertyOptional({ minimum: 1, maximum: 1000, default: 100, description: 'Of a page; a stream has no end.' })
  @IsOptional()
  @Type(() => Number)
  @Whole(1, 1000)
  limit?: number;
}

export class LogLineDto implements LogLine {
  @ApiProperty()
  run: number;
  @ApiProperty()
  epoch: number;
  @ApiProperty({ description: 'From 1 within the attempt.' })
  seq: number;
  @ApiProperty({ format: 'date-time' })
  at: string;
  @ApiProperty({ enum: LEVELS })
  level: LogLevel;
  @ApiProperty({ example: 'stdout', description: '`handler`, `stdout` or `stderr`.' })
  source: string;
  @ApiProperty()
  message: string;
}

export class LogPageDto implements LogPage {
  @ApiProperty({ type: [LogLineDto], description: 'Oldest first.' })
  items: LogLineDto[];
  @ApiPropertyOptional({ description: '`after` of the next page. Absent on the last one.' })
  nextAfter?: string;
  @ApiProperty({ description: 'The job is: behind the last page nothing follows.' })
  finished: boolean;
}
