/** A variable of the worker's environment, as the configuration page shows it. */
export interface HttpVariable {
  /** `<NAME>` stands for the name that payloads use. */
  name: string;
  description: string;
  example: string;
  /** Never printed. */
  secret?: boolean;
  /** With what it must be set; the others may be left out. */
  requiredWith?: string;
}

/** What the configuration reads, and nothing else. None has a default: without them only the public internet is called, without secrets. */
export const VARIABLES = {
  allow: {
    name: 'HTTP_ALLOW',
    description:
      'Where `http.request` may go besides the public internet: addresses, networks and hosts by their exact name, each with or without a port.',
    example: '10.1.0.0/16,10.2.0.7:8080,[fd00::5]:8443,hooks.internal:8080',
  },
  secret: {
    name: 'HTTP_SECRET_<NAME>',
    description:
      'A secret that payloads of `http.request` name: one line of printable ASCII. NAME is of A-Z, 0-9 and _.',
    example: 'Bearer TOKEN',
    secret: true,
  },
  file: {
    name: 'HTTP_SECRET_<NAME>_FILE',
    description: 'The file that holds the secret, in place of its value.',
    example: '/run/secrets/name',
  },
  origins: {
    name: 'HTTP_SECRET_<NAME>_ORIGINS',
    description: 'Origins that the secret may be sent to; `*` for everywhere that may be called.',
    example: 'https://api.example.com,https://eu.example.com:8443',
    requiredWith: 'HTTP_SECRET_<NAME>',
  },
} as const satisfies Record<string, HttpVariable>;

export const HTTP_VARIABLES: readonly HttpVariable[] = Object.values(VARIABLES);

/** What there is of each secret. */
export type SecretPart = 'secret' | 'file' | 'origins';

/** `HTTP_SECRET_SHOP_ORIGINS` of `origins` and `SHOP`. */
export function variableOf(part: SecretPart, name: string): string {
  return VARIABLES[part].name.replace('<NAME>', () => name);
}
