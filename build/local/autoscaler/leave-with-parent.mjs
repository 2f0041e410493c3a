/** Preloaded into every function of the local school: without its autoscaler a process drains and goes, too. */
process.once("disconnect", () => process.kill(process.pid, "SIGTERM"));
process.channel?.unref();
