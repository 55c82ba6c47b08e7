import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiBearerAuth } from '@nestjs/swagger';
import type { Scope } from '@windlass/client';

export const NEEDED_SCOPE = 'windlass:scope';

/** The scope that a route asks for. A route under `/v1` without one admits nobody. */
export function NeedsScope(scope: Scope): MethodDecorator {
  return applyDecorators(SetMetadata(NEEDED_SCOPE, scope), ApiBearerAuth());
}
