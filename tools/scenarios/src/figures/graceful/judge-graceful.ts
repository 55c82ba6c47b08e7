import { atMost, holds, type Judged } from '../../load/report-goals.js';
import { spread } from '../../load/statistics.js';
import type { StopUnderLoad } from './stop-under-load.js';

export const GOAL_HAND_OVER_MS = 1_000;

/** `handOvers`: ms from the signal until another led; undefined where none did. */
export function judgeGraceful(handOvers: readonly (number | undefined)[], stops: readonly StopUnderLoad[]): Judged {
  const times = handOvers.flatMap((ms) => ms ?? []);
  const ordered = stops.every(({ exitCode }) => exitCode === 0);
  const perService = stops.map(({ stopped }) => stopped).filter((name, at, all) => all.indexOf(name) === at);
  const sum = (of: readonly StopUnderLoad[], what: 'ok' | 'refused' | 'notConnected' | 'broken' | 'burned') =>
    of.reduce((total, stop) => total + stop[what], 0);
  const figuresOf = (name: string) => {
    const own = stops.filter(({ stopped }) => stopped === name);
    const counts = (['ok', 'refused', 'notConnected', 'broken', 'burned'] as const).map((what) => [
      `${name}: ${what}`,
      sum(own, what),
    ]);
    return { ...Object.fromEntries(counts), [`${name}: stopMaxMs`]: Math.max(...own.map(({ tookMs }) => tookMs)) };
  };
  const others = stops.filter(({ stopped }) => !stopped.startsWith('gateway-'));
  return {
    figures: {
      handOvers: handOvers.length,
      ...spread('handOver', times),
      ...Object.assign({}, ...perService.map(figuresOf)),
      breaks: stops.flatMap(({ stopped, breaks }) => breaks.map((text) => `${stopped} ${text}`)).join(' | '),
    },
    goals: [
      atMost(
        `another leads within ${GOAL_HAND_OVER_MS} ms of the signal`,
        times.length > 0 ? Math.max(...times) : undefined,
        GOAL_HAND_OVER_MS,
      ),
      holds('another led after every stop', times.length === handOvers.length),
      holds(
        'every request was answered, by a 2xx or by 503 with Retry-After',
        stops.length > 0 && sum(stops, 'broken') === 0,
      ),
      holds('only a gateway that is stopped refuses connections', sum(others, 'notConnected') === 0),
      holds('no attempt was burned', sum(stops, 'burned') === 0),
      holds('each service ended in order', stops.length > 0 && ordered),
    ],
  };
}
