import { Env, ServiceConfig } from '@windlass/service-kit';
import { ArrayNotEmpty, IsIn } from 'class-validator';

export const ROLES = ['gateway', 'core', 'scheduler', 'worker'] as const;
export type Role = (typeof ROLES)[number];

/** Which services one process runs. Each role reads its own settings as if it ran alone. */
export class HostConfig extends ServiceConfig {
  @Env('ROLES', {
    description: 'Services of this process, comma-separated: gateway, core, scheduler, worker.',
    example: 'gateway,core',
  })
  @ArrayNotEmpty()
  @IsIn(ROLES, { each: true, message: `must be among ${ROLES.join(', ')}` })
  roles: Role[];
}
