/** What the school's processes are measured against: Node with nothing but node:http. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";

const HTTP =
  'const s=require("node:http").createServer((q,r)=>r.end("ok"));s.listen(0,()=>process.send(s.address().port))';

/** Milliseconds from spawn to the first 200 of a bare node:http server. */
export async function bareHttp(): Promise<number> {
  const started = performance.now();
  const child = spawn(process.execPath, ["-e", HTTP], { stdio: ["ignore", "ignore", "ignore", "ipc"] });
  const [port] = (await once(child, "message")) as [number];
  await (await fetch(`http://127.0.0.1:${port}`)).text();
  const elapsed = performance.now() - started;
  await end(child);
  return elapsed;
}

/** A process that does nothing at all. */
export function bareNode(): ChildProcess {
  return spawn(process.execPath, ["-e", "setInterval(()=>{},1e6)"], { stdio: "ignore" });
}

/** The least an API over Redis can do: node:http answers with one HGETALL, as JSON. Resolves with its address. */
export async function bareReader(redisUrl: string, key: string): Promise<{ url: string; close(): Promise<void> }> {
  const program = path.join(import.meta.dirname, "programs/bare-reader.mjs");
  const child = spawn(process.execPath, [program, redisUrl, key], { stdio: ["ignore", "ignore", "inherit", "ipc"] });
  const [port] = (await once(child, "message")) as [number];
  return { url: `http://127.0.0.1:${port}`, close: () => end(child) };
}

/** Kills and waits until it is gone. */
export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill("SIGKILL");
  await exited;
}
