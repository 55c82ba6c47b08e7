import { LEAK_MB_PER_MINUTE, preloadSetting } from './preload.config.js';

/** In a service's process, for a control: a buffer without a bound. What it holds is written to, so that it is resident. */
const perMinute = Number(preloadSetting(LEAK_MB_PER_MINUTE) ?? 0);
const EVERY_MS = 1_000;
const kept: Buffer[] = [];

if (perMinute > 0) {
  const bytes = Math.round((perMinute * 1_000_000 * EVERY_MS) / 60_000);
  setInterval(() => kept.push(Buffer.alloc(bytes, kept.length % 255)), EVERY_MS).unref();
}
