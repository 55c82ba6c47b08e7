import { getMetadataStorage, type ValidationError, validateSync } from 'class-validator';
import { ConfigFault } from './config-fault.js';
import { convertValue } from './convert-value.js';
import { type EnvField, envFieldsOf } from './env.decorator.js';
import { readVariable } from './read-variable.js';

/** The app's configuration, complete and checked, or a `ConfigFault` that lists everything that is wrong with it. */
export function loadConfig<T extends object>(type: new () => T, env: NodeJS.ProcessEnv): T {
  const config = new type();
  const values = config as Record<string, unknown>;
  const fields = envFieldsOf(type);
  const faults = new Map<string, string>();
  const unset = new Set<string>();
  for (const field of fields) {
    const outcome = resolveField(field, env);
    if ('fault' in outcome) faults.set(field.property, outcome.fault);
    else if (outcome.value !== undefined) values[field.property] = outcome.value;
    else {
      unset.add(field.property);
      if (isRequired(type, field)) faults.set(field.property, missing(field));
    }
  }
  for (const error of validateSync(config, {
    forbidUnknownValues: false,
    validationError: { target: false, value: false },
  })) {
    const field = fields.find((each) => each.property === error.property);
    // The first finding about a field explains the others.
    if (!field || faults.has(field.property)) continue;
    faults.set(field.property, unset.has(field.property) ? missing(field) : refusal(type, field, error));
  }
  if (faults.size > 0) {
    throw new ConfigFault(
      fields.filter((each) => faults.has(each.property)).map((each) => `${each.name}: ${faults.get(each.property)}`),
    );
  }
  return config;
}

/** Required whatever the other values are. `@IsOptional()` and `@ValidateIf()` leave it to class-validator. */
export function isRequired(type: new () => object, field: EnvField): boolean {
  return !('default' in field) && !rulesOf(type, field).some((rule) => rule.type === 'conditionalValidation');
}

function resolveField(field: EnvField, env: NodeJS.ProcessEnv): { value: unknown } | { fault: string } {
  const variable = readVariable(field, env);
  if ('fault' in variable) return variable;
  if (variable.text !== undefined) return convertValue(field, variable.text);
  return typeof field.default === 'string' ? convertValue(field, field.default) : { value: field.default };
}

function missing(field: EnvField): string {
  const how = field.secret ? `set it or ${field.name}_FILE` : 'set it';
  return `is not set; ${how}. ${field.description}${field.example ? ` Example: ${field.example}` : ''}`;
}

function refusal(type: new () => object, field: EnvField, error: ValidationError): string {
  // class-validator's own texts do not quote the value; one written at a field may.
  if (
    field.secret &&
    rulesOf(type, field).some((rule) => typeof rule.message === 'function' || rule.message?.includes('$value'))
  ) {
    return 'is not valid';
  }
  const texts = Object.values(error.constraints ?? { unknown: 'is not valid' });
  return texts
    .map((text) => (text.startsWith(`${field.property} `) ? text.slice(field.property.length + 1) : text))
    .join('; ');
}

function rulesOf(type: new () => object, field: EnvField) {
  const rules = getMetadataStorage().getTargetValidationMetadatas(type, '', false, false);
  return rules.filter((rule) => rule.propertyName === field.property);
}
