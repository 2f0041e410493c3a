/** The stand-in of Qdrant: its REST API over HTTP, for local runs, commands without a school, and tests. */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { collectionsIn } from "./collections.ts";
import type { Keys } from "./keys.ts";
import { saveCollections } from "./save.ts";
import { qdrantServer } from "./server.ts";
import { openSaved, openStorage } from "./storage.ts";

export interface QdrantOptions extends Keys {
  /** Keeps everything; without it nothing outlives `close`. */
  readonly dataDir?: string;
  /** What `save` has left there is read by as many as like, and changed by nobody. */
  readonly isSaved?: boolean;
  /** 0, the default, takes a free one. */
  readonly port?: number;
}

export interface Qdrant {
  readonly url: string;
  /** Writes all it holds to a folder that is empty or not there. Throws what the disk says. */
  save(dataDir: string): Promise<void>;
  close(): Promise<void>;
}

/** On the loopback address only. Throws when the port is taken or another process has the folder. */
export async function startQdrant({
  dataDir,
  isSaved = false,
  port = 0,
  ...keys
}: QdrantOptions = {}): Promise<Qdrant> {
  const storage = isSaved && dataDir !== undefined ? openSaved(dataDir) : openStorage(dataDir);
  const closing = new AbortController();
  const collections = collectionsIn(storage, closing.signal);
  const server = qdrantServer(collections, keys);
  try {
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
  } catch (error) {
    storage.close();
    throw error;
  }
  // Whoever asks before it is read waits; what cannot be read is told to who asks for it.
  const preloaded = collections.preload().catch(() => undefined);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    save: (folder) => saveCollections(collections, folder),
    async close() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
      closing.abort();
      await preloaded;
      storage.close();
    },
  };
}
