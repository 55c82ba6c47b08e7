import { afterEach, expect, it } from 'vitest';
import { handlerEnvironment } from './handler-environment.config.js';

afterEach(() => {
  delete process.env.WINDLASS_TEST_LICENCE;
});

it('what is named is passed on, and nothing else', () => {
  process.env.WINDLASS_TEST_LICENCE = 'abc';
  expect(handlerEnvironment(['WINDLASS_TEST_LICENCE'])).toEqual({ WINDLASS_TEST_LICENCE: 'abc' });
  expect(handlerEnvironment([])).toEqual({});
});

it('a name that is not set refuses the start, rather than fail in every job', () => {
  expect(() => handlerEnvironment(['WINDLASS_TEST_LICENCE'])).toThrow(/HANDLER_ENV: WINDLASS_TEST_LICENCE is not set/);
});
