/**
 * The stand-in as a process of its own, told what to do as the real program is: QDRANT__SERVICE__HTTP_PORT,
 * QDRANT__STORAGE__STORAGE_PATH, QDRANT__SERVICE__API_KEY, QDRANT__SERVICE__READ_ONLY_API_KEY.
 */
import { startQdrant } from "./qdrant.ts";

const {
  QDRANT__SERVICE__HTTP_PORT: port = "6333",
  QDRANT__STORAGE__STORAGE_PATH: dataDir,
  QDRANT__SERVICE__API_KEY: apiKey,
  QDRANT__SERVICE__READ_ONLY_API_KEY: readOnlyKey,
} = process.env;

const qdrant = await startQdrant({
  port: Number(port),
  ...(dataDir === undefined ? {} : { dataDir }),
  ...(apiKey === undefined ? {} : { apiKey }),
  ...(readOnlyKey === undefined ? {} : { readOnlyKey }),
});
console.log(`Qdrant's stand-in listens at ${qdrant.url}`);

for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => void qdrant.close());
