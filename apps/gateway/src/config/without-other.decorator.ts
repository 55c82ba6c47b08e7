import { registerDecorator, type ValidationArguments } from 'class-validator';

/** The property may be set only while the other is not: two answers to one question are a mistake worth a refusal to boot. */
export function WithoutOther(property: string, variable: string): PropertyDecorator {
  return (target, propertyKey) =>
    registerDecorator({
      name: 'withoutOther',
      target: target.constructor,
      propertyName: String(propertyKey),
      options: { message: `must not be set together with ${variable}: remove one` },
      validator: {
        validate: (value: unknown, context?: ValidationArguments) =>
          value === undefined || (context?.object as Record<string, unknown> | undefined)?.[property] === undefined,
      },
    });
}
