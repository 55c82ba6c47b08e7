/**
 * The schema of any JSON value, as `anyOf`. Said so that the document does not fall back to what TypeScript's reflection knows of
 * `unknown`, which is an object: generated clients would refuse honest payloads such as texts and numbers.
 */
export const ANY_JSON: Record<string, never>[] = [{}];
