import 'reflect-metadata';
import { type ArgumentMetadata, type PipeTransform, type Type } from '@nestjs/common';
import { type FieldError, fault } from '@windlass/faults';
import { plainToInstance } from 'class-transformer';
import { type ValidationError, validateSync } from 'class-validator';

/** Enough to mend a request by; a body of a million unknown keys must not make an answer of that size. */
const MAX_REPORTED = 20;

/** Members of objects and lists, all levels together; the largest honest body (1,000 parts of an upload) has about 3,000. */
const MAX_MEMBERS = 5_000;

/** Turns an untrusted object into an instance of its DTO, or throws `http.fields-invalid` with what is wrong where. */
export function readFields<T extends object>(type: Type<T>, value: unknown, what = 'body'): T {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalid([{ path: '', message: `the ${what} must be a JSON object` }]);
  }
  // class-validator takes seconds for what fits into one body: such an object is refused before.
  if (hasMoreMembers(value, MAX_MEMBERS)) {
    throw invalid([{ path: '', message: `the ${what} has more than ${MAX_MEMBERS} members` }]);
  }
  // class-transformer and class-validator read such names off the object itself and would find the client's value.
  const inherited = inheritedName(value);
  if (inherited !== undefined) throw invalid([{ path: inherited, message: 'unknown field' }]);
  const instance = plainToInstance(type, value);
  const errors = validateSync(instance, {
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
    validationError: { target: false, value: false },
  });
  if (errors.length > 0) throw invalid(errors.slice(0, MAX_REPORTED).flatMap((error) => fieldErrors(error, '')));
  return instance;
}

/** The same for `@Body()`, `@Query()`: `@Body(new FieldsOf(CreateApiKeyDto))`. */
export class FieldsOf<T extends object> implements PipeTransform<unknown, T> {
  /** `whenAbsent`: stands in for a body that was not sent. */
  constructor(
    private readonly type: Type<T>,
    private readonly whenAbsent?: object,
  ) {}

  transform(value: unknown, metadata: ArgumentMetadata): T {
    return readFields(this.type, value ?? this.whenAbsent, metadata.type);
  }
}

export function invalid(fields: FieldError[]) {
  const first = fields[0];
  const detail = first ? `${first.path || 'The request'}: ${first.message}.` : undefined;
  return fault('http.fields-invalid', { ...(detail ? { detail } : {}), fields: fields.slice(0, MAX_REPORTED) });
}

function fieldErrors(error: ValidationError, parent: string): FieldError[] {
  const path = `${parent}/${pointerPart(error.property)}`;
  const messages = Object.entries(error.constraints ?? {}).map(([rule, message]) => ({
    path,
    message: rule === 'whitelistValidation' ? 'unknown field' : message,
  }));
  return [...messages, ...(error.children ?? []).slice(0, MAX_REPORTED).flatMap((child) => fieldErrors(child, path))];
}

/** A segment of a JSON pointer (RFC 6901), cut where a client made it absurd. */
function pointerPart(name: string): string {
  return name.slice(0, 100).replaceAll('~', '~0').replaceAll('/', '~1');
}

function hasMoreMembers(value: object, most: number): boolean {
  let members = 0;
  // Looks at `most` objects at the most: each takes the place of one counted member.
  const waiting: object[] = [value];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const inner = Object.values(next);
    members += inner.length;
    if (members > most) return true;
    for (const each of inner) if (typeof each === 'object' && each !== null) waiting.push(each);
  }
  return false;
}

/** Pointer to the first member that is named like one of every object's. */
function inheritedName(value: object): string | undefined {
  for (const [name, inner] of Object.entries(value)) {
    if (!Array.isArray(value) && name in Object.prototype) return `/${pointerPart(name)}`;
    // Bounded by the parser's limit on nesting.
    const found = typeof inner === 'object' && inner !== null ? inheritedName(inner) : undefined;
    if (found !== undefined) return `/${pointerPart(name)}${found}`;
  }
  return undefined;
}
