/** A variable that the command reads, for the configuration page. */
export interface CliVariable {
  name: string;
  description: string;
  default?: string;
  secret?: boolean;
  /** The commands that need it; the others do without. */
  requiredBy?: string;
}

export const CLI_VARIABLES: CliVariable[] = [
  { name: 'WINDLASS_URL', description: 'Address of the service. Unset: that of the context in use.' },
  { name: 'WINDLASS_TOKEN', description: 'JWT or API key. Unset: that of the context in use.', secret: true },
  {
    name: 'XDG_CONFIG_HOME',
    description: 'Where named contexts are kept, in windlass/config.json.',
    default: '~/.config',
  },
  {
    name: 'MIGRATION_DATABASE_URL',
    description: 'PostgreSQL as the owner, who may create tables and roles. Only `windlass migrate` has it.',
    secret: true,
    requiredBy: 'migrate',
  },
  {
    name: 'DATABASE_URL',
    description: "PostgreSQL as windlass_engine; the role's password is set from it.",
    secret: true,
    requiredBy: 'migrate',
  },
  {
    name: 'DATABASE_READER_URL',
    description: "PostgreSQL as windlass_reader; the role's password is set from it.",
    secret: true,
    requiredBy: 'migrate',
  },
  {
    name: 'JWT_SECRET',
    description: 'What `windlass token` signs with. Unset: the secret of a dev platform.',
    secret: true,
  },
  { name: 'JWT_ISSUER', description: '`iss` of tokens signed with JWT_SECRET.', default: 'windlass' },
  { name: 'JWT_AUDIENCE', description: '`aud` of tokens signed with JWT_SECRET.', default: 'windlass' },
];
