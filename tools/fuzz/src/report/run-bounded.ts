/** Enough to keep two cores busy, far from what the platform refuses as overload. */
const AT_A_TIME = 8;

/** Runs `work` on each item, a few at a time. */
export async function runBounded<T>(
  items: readonly T[],
  work: (item: T, index: number) => Promise<void>,
  atATime = AT_A_TIME,
): Promise<void> {
  let next = 0;
  const lane = async () => {
    for (let index = next++; index < items.length; index = next++) await work(items[index] as T, index);
  };
  await Promise.all(Array.from({ length: Math.min(atATime, items.length) }, lane));
}
