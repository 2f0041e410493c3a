/** Message brokers that need no account to start with. */
import { type CatalogueService, httpProbe, MEBI } from "./entry.ts";

export const messaging: readonly CatalogueService[] = [
  {
    id: "nats",
    purpose: "A message broker: publish and subscribe, with streams kept on a volume as a StatefulSet.",
    kinds: ["StatefulSet", "Deployment"],
    images: ["nats:2.10.22-alpine"],
    same: /^nats$/,
    user: 1000,
    ports: [
      { name: "nats", port: 4222 },
      { name: "monitor", port: 8222 },
    ],
    args: ({ lasting }) => ["--http_port", "8222", ...(lasting ? ["--jetstream", "--store_dir", "/data"] : [])],
    // A stream that is still recovered is no reason to restart (docs.nats.io: monitoring, /healthz).
    readiness: httpProbe("/healthz", "monitor"),
    liveness: httpProbe("/healthz?js-enabled-only=true", "monitor"),
    data: { path: "/data", size: "5Gi" },
    size: {
      cpu: { request: 0.1, limit: 1 },
      memory: { request: 128 * MEBI, limit: 512 * MEBI },
      least: 64 * MEBI,
    },
    calls: false,
    schemes: ["nats"],
    distinctive: [4222],
    words: ["nats"],
    spoken:
      /\b(?:nats|jetstream|message (?:queues?|brokers?|bus)|pub[/ -]?sub|event (?:bus|streams?|driven)|queues?)\b/i,
  },
];
