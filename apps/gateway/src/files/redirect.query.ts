import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';

export class RedirectQuery {
  @ApiPropertyOptional({
    enum: ['true', 'false'],
    description: "`true`: answer 302 to the storage's own URL where it has one.",
  })
  @IsOptional()
  @IsIn(['true', 'false'])
  redirect?: 'true' | 'false';
}

export function wantsRedirect(query: RedirectQuery): boolean {
  return query.redirect === 'true';
}
