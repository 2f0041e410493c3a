/** Trained models in Redis: bytes under a version, a pointer to those that serve, and an archive of those that did. */
import type { Redis } from "ioredis";
import type { ModelEntry, ModelName, ModelShelf, ModelStore } from "../routing-ports.ts";
import type { Keys } from "./keys.ts";
import { discarded, type Move, promoted, staged, steppedBack } from "./model-shelf.ts";
import { defineScripts } from "./scripts/define.ts";
import { putShelfScript } from "./scripts/router-book.ts";
import { redisNow } from "./services.ts";

/** Bytes. */
export const LARGEST_MODEL = 8 * 1024 * 1024;

/** `archive` is a key of its own. */
const VERSION = /^(?!archive$)[A-Za-z0-9][A-Za-z0-9._-]{0,79}$/;
/** Somebody else moves a model at the same moment: everybody gets through after a few looks. */
const TRIES = 20;

/** As it lies in Redis: what cannot be read counts as absent, and is still compared. */
interface Seen {
  readonly places: readonly [current: string, previous: string, staging: string];
  readonly archive: readonly string[];
  readonly shelf: ModelShelf;
}

interface Fresh {
  readonly version: string;
  readonly bytes: Uint8Array;
}

export function modelStore(redis: Redis, keys: Keys): ModelStore {
  const { schoolPutShelf } = defineScripts(redis, keys.prefix, { schoolPutShelf: putShelfScript });
  // ioredis takes bytes as arguments as well as texts.
  const putShelf = schoolPutShelf as (...args: (string | number | Buffer)[]) => Promise<unknown>;

  async function seen(name: ModelName): Promise<Seen> {
    const replies = await redis
      .multi()
      .hmget(keys.modelShelf(name), "current", "previous", "staging")
      .lrange(keys.modelArchive(name), 0, -1)
      .exec();
    for (const [error] of replies ?? []) if (error !== null) throw error;
    const [places, archive] = (replies ?? []).map(([, reply]) => reply) as [(string | null)[], string[]];
    const [current = "", previous = "", staging = ""] = places.map((text) => text ?? "");
    const entries = [current, previous, staging].map(entryOf);
    return {
      places: [current, previous, staging],
      archive,
      shelf: {
        current: entries[0],
        previous: entries[1],
        staging: entries[2],
        archive: archive.map(entryOf).filter((entry) => entry !== undefined),
      },
    };
  }

  async function nowIso(): Promise<string> {
    return new Date(await redisNow(redis)).toISOString();
  }

  /** False: the plan is to do nothing. */
  async function move(name: ModelName, plan: (shelf: ModelShelf) => Move | undefined, fresh?: Fresh): Promise<boolean> {
    for (let attempt = 1; attempt <= TRIES; attempt += 1) {
      const before = await seen(name);
      const planned = plan(before.shelf);
      if (planned === undefined) return false;
      const { shelf, gone, needs } = planned;
      const { current, previous, staging } = shelf;
      const wanted = [current, previous, staging].map((entry) => (entry === undefined ? "" : JSON.stringify(entry)));
      const archive = shelf.archive.map((entry) => JSON.stringify(entry));
      const said = await putShelf(
        name,
        ...before.places,
        before.archive.length,
        ...before.archive,
        ...wanted,
        archive.length,
        ...archive,
        gone.length,
        ...gone,
        needs ?? "",
        fresh?.version ?? "",
        fresh === undefined ? "" : Buffer.from(fresh.bytes),
      );
      if (said === "ok") return true;
      if (said === "missing") throw new Error(`the bytes of the model ${needs} are gone from the store`);
    }
    throw new Error(`the models called ${name} were moved by others ${TRIES} times meanwhile`);
  }

  return {
    async shelf(name) {
      return (await seen(name)).shelf;
    },
    async bytes(name, version) {
      const bytes = await redis.getBuffer(keys.model(name, version));
      return bytes ?? undefined;
    },
    async stage(name, entry, bytes) {
      if (!VERSION.test(entry.version))
        throw new Error(`${JSON.stringify(entry.version.slice(0, 100))} is no version: letters, digits, . _ - only`);
      if (bytes.byteLength === 0 || bytes.byteLength > LARGEST_MODEL)
        throw new Error(`a model has 1 to ${LARGEST_MODEL} bytes; this one has ${bytes.byteLength}`);
      await move(name, (shelf) => staged(shelf, entry), { version: entry.version, bytes });
    },
    async promote(name, version, because) {
      const since = await nowIso();
      await move(name, (shelf) => promoted(shelf, version, because, since));
    },
    async stepBack(name, because, version) {
      const since = await nowIso();
      return move(name, (shelf) => {
        if (version !== undefined && shelf.current?.version !== version) return undefined;
        return steppedBack(shelf, because, since);
      });
    },
    async discard(name, because) {
      await move(name, (shelf) => discarded(shelf, because));
    },
  };
}

function entryOf(text: string): ModelEntry | undefined {
  try {
    const entry = JSON.parse(text || "null") as Partial<ModelEntry> | null;
    return typeof entry?.version === "string" && typeof entry.checksum === "string" ? (entry as ModelEntry) : undefined;
  } catch {
    return undefined;
  }
}
