/** A small repository and a way to read one source against it. */
import { readFileSync } from "node:fs";
import type { FetchPorts } from "../../../functions/ingest/fetch.ts";
import { ingest } from "../../../functions/ingest/handle.ts";
import type { SubmittedSource } from "../../../shared/domain/events.ts";
import type { Platform } from "../../../shared/repository/platform.ts";
import { understand } from "../../../shared/repository/understand.ts";
import type { Context } from "../../../shared/runtime/stage.ts";

const REPOSITORY = "https://git.example.com/team/ops.git";
const manifest = (kind: string, name: string, spec: string) =>
  `apiVersion: ${kind === "StatefulSet" || kind === "Deployment" ? "apps/v1" : "v1"}\nkind: ${kind}\nmetadata: { name: ${name}, namespace: shop }\nspec:\n${spec}`;
const pods = (name: string, image: string) =>
  `  replicas: 1\n  selector: { matchLabels: { app: ${name} } }\n  template:\n    metadata: { labels: { app: ${name} } }\n    spec:\n      containers:\n        - name: ${name}\n          image: registry.example.com/${image}\n`;
const application = `apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: { name: shop, namespace: argocd }\nspec:\n  source: { repoURL: "${REPOSITORY}", path: apps/shop, targetRevision: main }\n  destination: { namespace: shop, server: "https://kubernetes.default.svc" }\n`;
const limits = manifest(
  "LimitRange",
  "defaults",
  "  limits: [{ type: Container, default: { cpu: 500m, memory: 256Mi }, defaultRequest: { cpu: 100m, memory: 128Mi } }]\n",
);

export function repository(files: Record<string, string>): Platform {
  const read = new Map(
    Object.entries(files).map(([path, content], i) => [path, { path, blob: String(i).padStart(40, "0"), content }]),
  );
  return understand("0".repeat(40), read, { repository: REPOSITORY, branch: "main" });
}
export const shop = repository({
  "argocd/shop.yaml": application,
  "apps/shop/limits.yaml": limits,
  "apps/shop/cart.yaml": manifest("Deployment", "cart", pods("cart", "cart:1.0.0")),
  "apps/shop/web.yaml": manifest("Deployment", "web", pods("web", "web:1.0.0")),
});
export const empty = repository({});
export const context = { log: { info() {} }, signal: new AbortController().signal } as unknown as Context;

/** Nothing is fetched and nothing is watched. */
export const nothingOutside: Omit<FetchPorts, "history"> = {
  readerFor: () => undefined,
  watches: new Map(),
  maxAttempts: 5,
};

export async function read(
  source: Partial<SubmittedSource>,
  over: { platform?: Platform; known?: { state: string; contentHash?: string }; sizeLimit?: number } = {},
) {
  const ports = {
    ...nothingOutside,
    history: { source: async () => over.known },
    platform: async () => over.platform ?? shop,
    sizeLimit: over.sizeLimit ?? 5_000_000,
  };
  return ingest({ source: { again: false, ...source } }, ports, context);
}
export async function proposals(content: string, platform = shop) {
  const outcome = await read({ content }, { platform });
  if (outcome.kind !== "source-read") throw new Error(outcome.because);
  return outcome.proposals;
}
export const talk = (name: string) =>
  readFileSync(new URL(`../../../build/local/samples/talks/${name}`, import.meta.url), "utf8");
