import { type ChildProcess, spawn } from 'node:child_process';

/**
 * Kills the children's groups when this process is gone, however it went. Children see their IPC channel close and end by
 * themselves, but one that spins, or is stopped, cannot look. So one tiny shell per runner reads the live groups from a
 * pipe that only this process holds; at its end it kills them.
 *
 * Chosen over a watching thread in each child: that costs 9 MiB a child and up to a second, this 1 MiB in all and a
 * millisecond, and it works on a stopped child. PR_SET_PDEATHSIG cannot be reached from Node.
 */
const SCRIPT = `
trap '' HUP INT TERM
live=" "
while read -r op pid; do
  case "$op" in
    +) live="$live$pid " ;;
    -) case "$live" in *" $pid "*) live="\${live%% $pid *} \${live#* $pid }" ;; esac ;;
  esac
done
for pid in $live; do kill -KILL "-$pid" 2>/dev/null; done
`;
const MAX_STARTS = 5;

export class ChildGuard {
  private shell: ChildProcess | undefined;
  private starts = 0;
  private closed = false;
  private readonly live = new Set<number>();

  /** The first one starts the shell: a worker without children has none. */
  add(pid: number): void {
    this.live.add(pid);
    if (this.starts === 0) this.start();
    else this.shell?.stdin?.write(`+ ${pid}\n`);
  }

  remove(pid: number): void {
    this.live.delete(pid);
    this.shell?.stdin?.write(`- ${pid}\n`);
  }

  close(): void {
    this.closed = true;
    this.shell?.stdin?.end();
  }

  /** Without a shell (Windows, a bare image) the closing channel still ends every child that does not spin. */
  private start(): void {
    if (this.closed || this.starts++ >= MAX_STARTS || process.platform === 'win32') return;
    // Its own group: a signal to the worker's group must not take the guard with it.
    const shell = spawn('/bin/sh', ['-c', SCRIPT, 'windlass-guard'], {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
      env: {},
      cwd: '/',
    });
    this.shell = shell;
    shell.unref();
    shell.on('error', () => {});
    shell.stdin?.on('error', () => {});
    (shell.stdin as unknown as { unref?: () => void } | null)?.unref?.();
    shell.on('exit', () => this.start());
    for (const pid of this.live) shell.stdin?.write(`+ ${pid}\n`);
  }
}
