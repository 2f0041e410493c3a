/** Preloaded into every function of the local school: without its autoscaler a process drains and goes, too. */

/** Redis has often gone with the autoscaler, and then a drain has no end; leases bring back what is left behind. */
const GRACE_MS = 5_000;

process.once("disconnect", () => {
  process.kill(process.pid, "SIGTERM");
  setTimeout(() => process.kill(process.pid, "SIGKILL"), GRACE_MS).unref();
});
process.channel?.unref();
