import { type SecretPart, variableOf } from './http-variables.js';
import { listOf } from './list-of.js';

export interface Secret {
  name: string;
  value: string;
  /** Origins that it may be sent to, or `*` for all that may be called. */
  origins: ReadonlySet<string>;
}

export interface SecretSources {
  /** @throws Error whose message is a sentence about the file */
  readFile(path: string): string;
  faults: string[];
}

/** The value last: its pattern fits the others, too. */
const PATTERNS = (['file', 'origins', 'secret'] as const).map((part) => ({
  part,
  pattern: new RegExp(`^${variableOf(part, '(.+)')}$`),
}));
export const SECRET_NAME = /^[A-Z][A-Z0-9_]{0,63}$/;
/** What a header can carry. Nothing below a space, so that no secret can end its own line. */
const SENDABLE = /^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/;

type Parts = Partial<Record<SecretPart, string>>;

/** All secrets of the environment, by name. Names of variables go into `faults`, values never do. */
export function readSecrets(env: NodeJS.ProcessEnv, sources: SecretSources): Map<string, Secret> {
  const secrets = new Map<string, Secret>();
  for (const [name, parts] of partsByName(env)) {
    const value = readValue(name, parts, sources);
    const origins = readOrigins(variableOf('origins', name), parts.origins, sources.faults);
    if (!SECRET_NAME.test(name))
      sources.faults.push(`${variableOf('secret', name)}: the name must be of A-Z, 0-9 and _, at most 64`);
    else if (value !== undefined && origins) secrets.set(name, { name, value, origins });
  }
  return secrets;
}

function partsByName(env: NodeJS.ProcessEnv): Map<string, Parts> {
  const found = new Map<string, Parts>();
  for (const [variable, text] of Object.entries(env)) {
    const fitting = PATTERNS.find(({ pattern }) => pattern.test(variable));
    const name = fitting?.pattern.exec(variable)?.[1];
    if (!fitting || name === undefined || !text) continue;
    found.set(name, { ...found.get(name), [fitting.part]: text });
  }
  return found;
}

function readValue(name: string, { secret, file }: Parts, { readFile, faults }: SecretSources): string | undefined {
  const variable = variableOf('secret', name);
  if (secret !== undefined && file !== undefined) {
    faults.push(`${variable}: is set, and ${variableOf('file', name)} as well; keep one of them`);
    return undefined;
  }
  let text = secret;
  try {
    if (file !== undefined) text = readFile(file);
  } catch (error) {
    faults.push(`${variableOf('file', name)}: ${(error as Error).message}`);
    return undefined;
  }
  if (text === undefined) faults.push(`${variable}: is not set, but ${variableOf('origins', name)} is`);
  else if (!SENDABLE.test(text))
    faults.push(`${variable}: must be one line of printable ASCII without spaces around it`);
  else return text;
  return undefined;
}

/** Without origins a secret would go wherever a payload says: whoever may submit could read it. */
function readOrigins(variable: string, text: string | undefined, faults: string[]): Set<string> | undefined {
  const items = listOf(text);
  if (items.length === 0) {
    faults.push(`${variable}: is not set; name the origins that may see the secret, such as https://api.example.com`);
    return undefined;
  }
  const wrong = items.filter((item) => item !== '*' && !isOrigin(item));
  for (const item of wrong) faults.push(`${variable}: "${item}" is not an origin such as https://api.example.com:8443`);
  return wrong.length > 0 ? undefined : new Set(items.map((item) => (item === '*' ? item : new URL(item).origin)));
}

function isOrigin(text: string): boolean {
  if (!/^https?:\/\//.test(text) || !URL.canParse(text)) return false;
  const { pathname, search, hash, username, password } = new URL(text);
  return pathname === '/' && `${search}${hash}${username}${password}` === '';
}
