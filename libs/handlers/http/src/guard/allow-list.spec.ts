import { expect, it } from 'vitest';
import { parseAllowList } from './allow-list.js';
import { readAddress } from './public-address.js';

const listOf = (...items: string[]) => {
  const faults: string[] = [];
  const list = parseAllowList(items, faults);
  expect(faults).toEqual([]);
  return list;
};
const address = (text: string) => readAddress(text)!;

it.each([
  ['10.0.0.0/8', '10.255.0.1', 80, true],
  ['10.0.0.0/8', '11.0.0.1', 80, false],
  ['10.0.0.5', '10.0.0.5', 1, true],
  ['10.0.0.5', '10.0.0.6', 1, false],
  ['10.0.0.5:8080', '10.0.0.5', 8080, true],
  ['10.0.0.5:8080', '10.0.0.5', 8081, false],
  ['10.0.0.0/8:8080', '10.0.0.6', 8080, true],
  ['10.0.0.0/8', '::ffff:10.0.0.1', 80, true],
  ['fd00::/8', 'fd12::1', 80, true],
  ['fd00::/8', 'fe80::1', 80, false],
  ['fd00::1', 'fd00::1', 80, true],
  ['[fd00::1]:8080', 'fd00::1', 8080, true],
  ['[fd00::1]:8080', 'fd00::1', 80, false],
  ['[fd00::/8]:8080', 'fd00::2', 8080, true],
])('%s and %s on port %d: %s', (item, text, port, allowed) => {
  expect(listOf(item).allowsAddress(address(text), port)).toBe(allowed);
});

it.each([
  ['api.internal', 'api.internal', 80, true],
  ['API.Internal', 'api.internal', 80, true],
  ['api.internal:8080', 'api.internal', 8080, true],
  ['api.internal:8080', 'api.internal', 80, false],
  ['api.internal', 'x.api.internal', 80, false],
  ['api.internal', 'apixinternal', 80, false],
])('%s and host %s on port %d: %s', (item, host, port, allowed) => {
  expect(listOf(item).allowsHost(host, port)).toBe(allowed);
});

it.each([
  '10.0.0.1/8',
  '10.0.0.0/33',
  'fd00::/129',
  '10.0.0.0/x',
  '10.0.0.5:0',
  '10.0.0.5:65536',
  'host:port',
  '0x7f.1',
  '2130706433',
  '127.1',
  '*.internal',
  'http://api.internal',
  'api.internal/path',
  'bücher.example',
  '-x-.',
  '[fd00::1',
])('%s is a fault that names it', (item) => {
  const faults: string[] = [];
  parseAllowList([item], faults);
  expect(faults).toEqual([expect.stringContaining(item)]);
});
