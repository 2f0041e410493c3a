/**
 * The dashboard: one page for every address people can bookmark, and its files under /ui/. They hold nothing of this
 * school, so no token is needed; all the page shows it asks the API for, with the token of whoever looks.
 */
import { existsSync } from "node:fs";
import { open, readFile } from "node:fs/promises";
import path from "node:path";
import { Readable } from "node:stream";
import { type Context, Hono } from "hono";
import { Problem } from "../problem.ts";

/** Addresses inside the page; the page itself decides what to show there. */
const ADDRESSES = [
  "/",
  "/improvements",
  "/improvements/:id",
  "/review",
  "/router",
  "/knowledge",
  "/sources",
  "/settings",
  "/dead-letters",
  "/audit",
] as const;
const PAGE = "index.html";

/** No scripts, styles or connections but our own; nothing inline; never in a frame. */
const SECURITY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join("; ");

/** As build/bundle/browser.ts writes it. */
interface ServedFile {
  readonly type: string;
  readonly etag: string;
  readonly size: number;
  readonly gzipped: number;
}
type Files = Readonly<Record<string, ServedFile>>;

/** Beside the bundled program or its chunks; where the program runs from its sources, in what was bundled last. */
const FOLDERS = ["ui", "../ui", "../../../dist/coordinator/ui"].map((folder) => path.join(import.meta.dirname, folder));

export function pageApi(): Hono {
  const app = new Hono();
  for (const address of ADDRESSES) {
    app.get(address, async (context) => {
      context.header("content-security-policy", SECURITY);
      context.header("cross-origin-opener-policy", "same-origin");
      context.header("permissions-policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()");
      context.header("x-frame-options", "DENY");
      return send(context, PAGE, "no-cache");
    });
  }
  return app.get("/ui/:name", async (context) => {
    context.header("cross-origin-resource-policy", "same-origin");
    return send(context, context.req.param("name"), "public, max-age=31536000, immutable");
  });
}

/** Streams one of the listed files. Throws Problem 404 for any other name, 503 when the page was never bundled. */
async function send(context: Context, name: string, caching: string): Promise<Response> {
  const folder = FOLDERS.find((candidate) => existsSync(path.join(candidate, "files.json")));
  if (folder === undefined) throw new Problem(503, "The dashboard was not bundled; run `npm run bundle`.");
  // Read for every request: a few hundred bytes, and a bundle made anew is served without a restart.
  const files = JSON.parse(await readFile(path.join(folder, "files.json"), "utf8")) as Files;
  const file = Object.hasOwn(files, name) ? files[name] : undefined;
  if (file === undefined) throw new Problem(404, `The dashboard has no file ${name}; load the page again.`);

  const packed = /\bgzip\b/.test(context.req.header("accept-encoding") ?? "");
  const etag = `"${file.etag}${packed ? "-gz" : ""}"`;
  context.header("cache-control", caching);
  context.header("etag", etag);
  context.header("vary", "accept-encoding");
  const known = (context.req.header("if-none-match") ?? "").split(",").map((one) => one.trim().replace(/^W\//, ""));
  if (known.includes(etag)) return context.body(null, 304);

  context.header("content-type", file.type);
  context.header("content-length", String(packed ? file.gzipped : file.size));
  if (packed) context.header("content-encoding", "gzip");
  if (context.req.method === "HEAD") return context.body(null);
  const opened = await open(path.join(folder, packed ? `${name}.gz` : name));
  return context.body(Readable.toWeb(opened.createReadStream()) as ReadableStream);
}
