/** The stand-in of Qdrant as the local school runs it: a process of its own with a folder. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { QdrantClient } from "@qdrant/js-client-rest";

const MAIN = path.resolve(import.meta.dirname, "../../build/local/qdrant/main.ts");

export interface QdrantProcess {
  readonly child: ChildProcess;
  readonly url: string;
  readonly client: QdrantClient;
}

export async function startQdrantProcess(folder: string): Promise<QdrantProcess> {
  const env = { PATH: process.env["PATH"], QDRANT__SERVICE__HTTP_PORT: "0", QDRANT__STORAGE__STORAGE_PATH: folder };
  const child = spawn(process.execPath, [MAIN], { env, stdio: ["ignore", "pipe", "inherit"] });
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  const url = /http:\S+/.exec(line.toString())?.[0] ?? "";
  return { child, url, client: new QdrantClient({ url, checkCompatibility: false }) };
}
