/** What retrieval is built from: a store of vectors, and text out of documents. */
import { type CatalogueService, httpProbe, MEBI } from "./entry.ts";

export const knowledge: readonly CatalogueService[] = [
  {
    id: "qdrant",
    purpose: "A vector database that keeps its collections on a volume.",
    kinds: ["StatefulSet"],
    images: ["qdrant/qdrant:v1.12.4"],
    same: /^qdrant$/,
    user: 1000,
    ports: [
      { name: "http", port: 6333 },
      { name: "grpc", port: 6334 },
    ],
    // Its own folder belongs to root: everything it writes is led to the volume.
    env: {
      QDRANT__STORAGE__STORAGE_PATH: "/qdrant/data/storage",
      QDRANT__STORAGE__SNAPSHOTS_PATH: "/qdrant/data/snapshots",
      QDRANT__TELEMETRY_DISABLED: "true",
      QDRANT_INIT_FILE_PATH: "/qdrant/data/.qdrant-initialized",
    },
    password: { variable: "QDRANT__SERVICE__API_KEY" },
    readiness: httpProbe("/readyz", "http"),
    liveness: httpProbe("/livez", "http"),
    data: { path: "/qdrant/data", size: "10Gi" },
    size: {
      cpu: { request: 0.25, limit: 1 },
      memory: { request: 512 * MEBI, limit: 1024 * MEBI },
      least: 256 * MEBI,
    },
    calls: false,
    schemes: [],
    distinctive: [6333, 6334],
    words: ["qdrant"],
    spoken: /\b(?:qdrant|vector (?:databases?|stores?|dbs?|search|index(?:es)?))\b/i,
  },
  {
    id: "tika",
    purpose: "Reads text out of PDF, Office and other documents.",
    kinds: ["Deployment"],
    images: ["apache/tika:3.2.3.0"],
    same: /^tika$/,
    user: 35002,
    ports: [{ name: "http", port: 9998 }],
    readiness: httpProbe("/version", "http"),
    liveness: httpProbe("/version", "http"),
    writable: ["/tmp"],
    size: {
      cpu: { request: 0.25, limit: 1 },
      memory: { request: 768 * MEBI, limit: 1536 * MEBI },
      least: 512 * MEBI,
    },
    calls: false,
    schemes: [],
    distinctive: [9998],
    words: ["tika"],
    spoken:
      /\b(?:tika|ocr|document (?:processing|parsing|conversion|pipelines?)|(?:parse|convert|extract)\b[^.]{0,40}\b(?:documents?|pdfs?))\b/i,
  },
];
