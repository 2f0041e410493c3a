/** The HTTP face of the stand-in: Kubernetes API and, under /sandbox, its own controls, behind one bearer token. */
import { createHash, timingSafeEqual } from "node:crypto";
import { type Context, Hono } from "hono";
import { applyDryRun, isApply, warningHeader } from "./api-apply.ts";
import { discovery } from "./api-discovery.ts";
import { podLog } from "./api-logs.ts";
import { parsePath, type ResourcePath } from "./api-path.ts";
import { readList, readOne } from "./api-read.ts";
import { patchScale, readScale, type ScaleTarget } from "./api-scale.ts";
import { ApiError, badRequest, notAllowed, statusBody, unknownPath } from "./api-status.ts";
import { createOne, patchOne, replaceOne, requireMergePatch } from "./api-write.ts";
import type { Cluster } from "./cluster.ts";
import { type Controls, controls } from "./controls.ts";

export interface Api {
  readonly cluster: Cluster;
  readonly token: string;
  readonly scaleTarget: ScaleTarget;
  readonly controls: Controls;
  readonly report: (error: unknown) => void;
}

export function kubernetesApi(api: Api): Hono {
  const app = new Hono();
  app.onError((error, context) => {
    if (!(error instanceof ApiError)) api.report(error);
    const known = error instanceof ApiError ? error : new ApiError(500, "InternalError", error.message);
    return context.json(statusBody(known), known.code as 400);
  });
  for (const path of ["/healthz", "/livez", "/readyz"]) app.get(path, (context) => context.text("ok"));
  app.get("/version", (context) => context.json({ major: "1", minor: "34", gitVersion: "v1.34.0+sandbox" }));

  app.use(async (context, next) => {
    if (!isAllowed(context.req.header("authorization"), api.token)) {
      throw new ApiError(401, "Unauthorized", "Unauthorized");
    }
    await next();
  });
  app.route("/sandbox", controls(api.controls));
  app.all("*", async (context) => answer(api, context));
  return app;
}

async function answer(api: Api, context: Context): Promise<Response> {
  const { store, history, faults } = api.cluster;
  const url = new URL(context.req.url);
  const found = context.req.method === "GET" ? discovery(store, url.pathname) : undefined;
  if (found !== undefined) return context.json(found);
  const path = parsePath(url.pathname);
  if (path === undefined) throw unknownPath();
  if (path.subresource !== undefined) return subresource(api, context, path, url.searchParams);
  const dryRun = url.searchParams.get("dryRun") === "All";
  const { name } = path;
  const lag = faults.get("api-stale");
  const seen = lag === undefined ? store : history.before(lag.milliseconds ?? 5_000);
  switch (context.req.method) {
    case "GET":
      if (["true", "1"].includes(url.searchParams.get("watch") ?? "")) {
        throw badRequest("watch is not served by this stand-in");
      }
      return context.json(name === undefined ? readList(seen, path, url.searchParams) : readOne(seen, path, name));
    case "PATCH":
      if (isApply(context.req.header("content-type"))) {
        const { object, created, warnings } = await applyDryRun(store, path, await body(context), url.searchParams);
        for (const text of warnings) context.header("warning", warningHeader(text), { append: true });
        return context.json(object, created ? 201 : 200);
      }
      requireMergePatch(context.req.header("content-type"));
      if (name === undefined) throw notAllowed();
      return context.json(await patchOne(store, path, name, await body(context), dryRun));
    case "PUT":
      if (name === undefined) throw notAllowed();
      return context.json(await replaceOne(store, path, name, await body(context), dryRun));
    case "POST":
      if (name !== undefined) throw notAllowed();
      return context.json(await createOne(store, path, await body(context), url.searchParams), 201);
    default:
      throw notAllowed();
  }
}

async function subresource(
  { cluster, scaleTarget }: Api,
  context: Context,
  path: ResourcePath,
  query: URLSearchParams,
): Promise<Response> {
  const name = path.name ?? "";
  const what = `${path.group}/${path.plural}/${path.subresource}`;
  const { method } = context.req;
  if (what === "/pods/log" && method === "GET") return context.text(podLog(cluster, path, name, query));
  if (what === "apps/deployments/scale" && method === "GET") {
    return context.json(readScale(cluster, scaleTarget, path, name));
  }
  if (what === "apps/deployments/scale" && method === "PATCH") {
    requireMergePatch(context.req.header("content-type"));
    return context.json(await patchScale(cluster, scaleTarget, path, name, await body(context)));
  }
  throw unknownPath();
}

async function body(context: Context): Promise<unknown> {
  try {
    return await context.req.json();
  } catch (error) {
    throw badRequest(`the body is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Digests have equal length, so that the comparison takes the same time for every wrong token. */
function isAllowed(header: string | undefined, token: string): boolean {
  const sha = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(sha(header ?? ""), sha(`Bearer ${token}`));
}
