import { Env, strongUrlPassword } from '@windlass/service-kit';

/** What `windlass migrate` needs. The same text stands in `variables.ts`, for the configuration page. */
export class MigrateConfig {
  @Env('MIGRATION_DATABASE_URL', {
    description: 'PostgreSQL as the owner: may create tables and roles.',
    secret: true,
  })
  @strongUrlPassword()
  ownerUrl: string;

  @Env('DATABASE_URL', {
    description: 'PostgreSQL as windlass_engine, whose password is set from it.',
    secret: true,
  })
  @strongUrlPassword()
  engineUrl: string;

  @Env('DATABASE_READER_URL', {
    description: 'PostgreSQL as windlass_reader, whose password is set from it.',
    secret: true,
  })
  @strongUrlPassword()
  readerUrl: string;
}
