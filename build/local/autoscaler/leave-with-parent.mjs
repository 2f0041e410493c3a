/** Preloaded into every function of the local school: without its autoscaler a process drains and goes, too. */
const leave = () => process.kill(process.pid, "SIGTERM");
process.once("disconnect", leave);
// The autoscaler may be gone before this is loaded; nobody tells of that any more.
if (!process.connected) leave();
process.channel?.unref();
