// Loaded into an app that tools/serve.mjs runs: when that is killed, so is the app. Else it would keep its port, and the next
// serve would not start. Inherited by the app's own children, hence the look at whose child this is.
if (process.env.WINDLASS_SERVED_BY === String(process.ppid) && process.channel) {
  process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  process.channel.unref();
}
