import { HOSTILE_TEXTS } from '../openapi/hostile-values.js';

const MEGABYTE = 1_000_000;

/** What each text field gets: hostile ones, long ones, look-alikes. */
export const TEXTS: readonly string[] = [
  ...HOSTILE_TEXTS,
  'a'.repeat(MEGABYTE),
  '\ud83d\ude00'.repeat(1_000),
  '\u0300'.repeat(500),
  'ｆｕｌｌｗｉｄｔｈ',
  '\u200b\u200d\u2060',
  'İıſß',
  '\u0001\u0002\u001f\u007f',
  '{"$where":"sleep(1000)"}',
  '*)(uid=*',
  '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>',
];
