/** A handler may have replaced or ended its streams: their promise is not worth more than this. */
const PATIENCE_MS = 1_000;

/**
 * Whether something printed has not reached its pipe yet. Node writes at once only while there is room, about 200 KiB: the rest of a
 * talkative handler's output would come behind its verdict, and be lost when the runner then kills the child.
 */
export function outputWaits(): boolean {
  return process.stdout.writableLength > 0 || process.stderr.writableLength > 0;
}

export async function awaitOutput(): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, PATIENCE_MS);
  });
  await Promise.race([patience, Promise.all([written(process.stdout), written(process.stderr)])]);
  clearTimeout(timer);
}

function written(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    stream.write('', () => resolve());
  });
}
