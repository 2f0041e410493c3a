/** Caches: what they hold can be computed again, so they forget the oldest when they are full. */
import { type CatalogueService, MEBI, tcpProbe } from "./entry.ts";

/** The rest is left to connections, buffers and fragmentation. */
const FOR_DATA = 0.75;
/** Writing the log anew copies what changes meanwhile (redis.io/docs/latest/operate/oss_and_stack/management/persistence). */
const FOR_DURABLE_DATA = 0.5;

function megabytes(memory: number, share = FOR_DATA): number {
  return Math.max(16, Math.floor((memory * share) / MEBI));
}

export const caches: readonly CatalogueService[] = [
  {
    id: "redis",
    purpose: "A key-value store: a bounded cache as a Deployment, a durable store as a StatefulSet.",
    kinds: ["Deployment", "StatefulSet"],
    images: ["redis:7.4.1-alpine", "valkey/valkey:8.0.1-alpine"],
    same: /^(?:redis|valkey)$/,
    user: 999,
    ports: [{ name: "redis", port: 6379 }],
    // A cache makes room; a store must rather refuse a write than lose what it was given.
    args: ({ memory, lasting }) => [
      ...(lasting ? ["--appendonly", "yes"] : ["--appendonly", "no", "--save", ""]),
      "--maxmemory",
      `${megabytes(memory, lasting ? FOR_DURABLE_DATA : FOR_DATA)}mb`,
      "--maxmemory-policy",
      lasting ? "noeviction" : "allkeys-lru",
    ],
    password: { variable: "REDISCLI_AUTH", args: ["--requirepass", "$(REDISCLI_AUTH)"] },
    // While it reads its data it takes connections and answers LOADING, without a failing exit status.
    readiness: { exec: { command: ["sh", "-c", "redis-cli ping | grep -q PONG"] } },
    liveness: tcpProbe("redis"),
    data: { path: "/data", size: "2Gi" },
    size: {
      cpu: { request: 0.05, limit: 0.5 },
      memory: { request: 128 * MEBI, limit: 256 * MEBI },
      least: 32 * MEBI,
    },
    calls: false,
    schemes: ["redis", "valkey"],
    distinctive: [6379],
    words: ["redis", "valkey"],
    spoken: /\b(?:redis|valkey|cach(?:e|es|ed|ing)|key[- ]value)\b/i,
  },
  {
    id: "memcached",
    purpose: "A bounded cache in memory, shared by its clients.",
    kinds: ["Deployment"],
    images: ["memcached:1.6.32-alpine"],
    same: /^memcached$/,
    user: 11211,
    ports: [{ name: "memcached", port: 11211 }],
    args: ({ memory }) => ["-m", String(megabytes(memory))],
    readiness: tcpProbe("memcached"),
    liveness: tcpProbe("memcached"),
    size: {
      cpu: { request: 0.05, limit: 0.5 },
      memory: { request: 128 * MEBI, limit: 256 * MEBI },
      least: 48 * MEBI,
    },
    calls: false,
    schemes: ["memcached", "memcache"],
    distinctive: [11211],
    words: ["memcached", "memcache"],
    spoken: /\b(?:memcached?|cach(?:e|es|ed|ing))\b/i,
  },
];
