/** How much a computation costs, whatever else the machine is doing meanwhile. */

/** Milliseconds of processor time of this thread alone: waiting for a processor is not in it, nor is what others do. */
export function cpuTimeOf(work: () => unknown): number {
  const before = process.threadCpuUsage();
  work();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1_000;
}
