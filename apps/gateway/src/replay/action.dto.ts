import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { Action, ActionFilter, ActionKind, BeginActionRequest, Items, JobState } from '@windlass/client';
import { AttemptOutcome, MAX_ACTION_JOBS } from '@windlass/contracts';
import { STATES } from '@windlass/lifecycle';
import { Type } from 'class-transformer';
import { IsObject, IsOptional, ValidateNested } from 'class-validator';
import { IsQueueName, IsTime, OneOf, Whole } from '../http/field-forms.decorator.js';
import { Text } from '../http/text.decorator.js';

const KINDS: ActionKind[] = ['replay', 'purge', 'cancel'];
/** A job that expired had no attempt; that stands in its place. */
const OUTCOMES = [...AttemptOutcome.anyOf.map((literal) => String(literal.const)), 'expired'];
const ACTION_STATES: Action['state'][] = ['running', 'done', 'bounded', 'stopped'];

export class ActionFilterDto implements ActionFilter {
  @ApiPropertyOptional({
    enum: STATES,
    description: 'A purge needs a finished one, a cancel takes unfinished ones only.',
  })
  @IsOptional()
  @OneOf(STATES)
  state?: JobState;

  @ApiPropertyOptional({ maxLength: 200 })
  @IsOptional()
  @Text(1, 200)
  type?: string;

  @ApiPropertyOptional({ maxLength: 100 })
  @IsOptional()
  @IsQueueName()
  queue?: string;

  @ApiPropertyOptional({ maxLength: 64 })
  @IsOptional()
  @Text(1, 64)
  tag?: string;

  @ApiPropertyOptional({ enum: OUTCOMES, description: 'How the last attempt ended.' })
  @IsOptional()
  @OneOf(OUTCOMES)
  outcome?: string;

  @ApiPropertyOptional({ format: 'date-time' })
  @IsOptional()
  @IsTime()
  createdAfter?: string;

  @ApiPropertyOptional({ format: 'date-time' })
  @IsOptional()
  @IsTime()
  createdBefore?: string;
}

export class BeginActionDto implements BeginActionRequest {
  @ApiProperty({ enum: KINDS })
  @OneOf(KINDS)
  action: ActionKind;

  @ApiProperty({ type: ActionFilterDto, description: 'All that match every field that is there; one has to be.' })
  @IsObject()
  @ValidateNested()
  @Type(() => ActionFilterDto)
  filter: ActionFilterDto;

  @ApiPropertyOptional({ minimum: 1, maximum: MAX_ACTION_JOBS, default: MAX_ACTION_JOBS })
  @IsOptional()
  @Whole(1, MAX_ACTION_JOBS)
  maxJobs?: number;
}

export class ActionDto implements Action {
  @ApiProperty({ format: 'uuid' })
  id: string;
  @ApiProperty({ enum: KINDS })
  action: ActionKind;
  @ApiProperty({ type: ActionFilterDto })
  filter: ActionFilterDto;
  @ApiProperty({ enum: ACTION_STATES, description: '`bounded`: it reached `maxJobs` with more left.' })
  state: Action['state'];
  @ApiProperty()
  maxJobs: number;
  @ApiProperty({ description: 'Jobs that matched so far.' })
  matched: number;
  @ApiProperty({ description: 'Of these, how many it changed; the rest had moved on meanwhile.' })
  changed: number;
  @ApiProperty({ description: 'Subject of the token.' })
  actor: string;
  @ApiProperty({ format: 'date-time' })
  createdAt: string;
  @ApiPropertyOptional({ format: 'date-time' })
  finishedAt?: string;
}

export class ActionsDto implements Items<Action> {
  @ApiProperty({ type: [ActionDto], description: 'Newest first, at most 100.' })
  items: ActionDto[];
}
