/** One BullMQ worker of the chain as a process: `node bullmq-worker.ts <queue> <next queue|-> <port> <concurrency>`. */
import { Queue, Worker } from "bullmq";

const [name = "", next = "-", port = "6379", concurrency = "16"] = process.argv.slice(2);
const connection = { host: "127.0.0.1", port: Number(port), maxRetriesPerRequest: null };
const target = next === "-" ? undefined : new Queue(next, { connection });
const worker = new Worker(name, async (job) => void (await target?.add("job", job.data)), {
  connection,
  concurrency: Number(concurrency),
  removeOnComplete: next === "-" ? { count: 1_000_000 } : { count: 0 },
});
await worker.waitUntilReady();
process.send?.("ready");
