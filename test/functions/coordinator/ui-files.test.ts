/** The dashboard as files: what is served, how it is cached, what policy it runs under, what its sources must not do. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readRecord } from "../../../build/bundle/record.ts";
import { bundle } from "../../../build/bundle.ts";
import { root, sourceFiles } from "../../repo/imports.ts";
import { startSchool, type TestSchool } from "./support.ts";

/** Of a first visit, gzipped: on a slow line (1.6 Mbit/s) half a second. */
const FIRST_VISIT_KB = 40;

let school: TestSchool;
beforeAll(async () => {
  await bundle(["coordinator"]);
  school = await startSchool();
}, 120_000);
afterAll(() => school.close());

const get = (file: string, headers: Record<string, string> = {}, method = "GET") =>
  fetch(school.coordinator.url + file, { method, headers });

async function assets(): Promise<string[]> {
  const page = await (await get("/")).text();
  return [...page.matchAll(/(?:src|href)="(\/ui\/[^"]+)"/g)].map(([, file = ""]) => file);
}

describe("the page", () => {
  test.each([
    "/",
    "/improvements",
    "/improvements/a-1",
    "/?status=held",
    "/review",
    "/dead-letters",
    "/audit",
    "/settings",
  ])("%s is open to everybody, and never kept unasked", async (at) => {
    const answer = await get(at);
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(answer.headers.get("cache-control")).toBe("no-cache");
    expect(await answer.text()).toContain('<div id="app">');
  });

  test("runs nothing but its own files, is never framed and tells nobody where it was opened", async () => {
    const { headers } = await get("/");
    const policy = headers.get("content-security-policy") ?? "";
    for (const part of [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "connect-src 'self'",
      "img-src 'self' data:",
      "frame-ancestors 'none'",
      "base-uri 'none'",
      "form-action 'none'",
    ]) {
      expect(policy.split("; ")).toContain(part);
    }
    expect(policy).not.toMatch(/unsafe|\*|https?:/);
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("referrer-policy")).toBe("no-referrer");
    expect(headers.get("cross-origin-opener-policy")).toBe("same-origin");
  });

  test("names its script, style and icon by their content, and holds nothing inline", async () => {
    const page = await (await get("/")).text();
    const files = await assets();
    expect(files.map((file) => path.extname(file)).sort()).toEqual([".css", ".js", ".svg"]);
    for (const file of files) expect(file).toMatch(/-[A-Z0-9]{8}\.\w+$/);
    expect(page).not.toMatch(/<style|style=|<script(?![^>]*src=)|\son\w+=/);
  });
});

describe("its files", () => {
  test("are kept for ever, travel gzipped, and are the same unpacked", async () => {
    for (const file of await assets()) {
      const packed = await get(file, { "accept-encoding": "gzip" });
      const plain = await get(file, { "accept-encoding": "identity" });
      expect(packed.status).toBe(200);
      expect(packed.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
      expect(packed.headers.get("content-encoding")).toBe("gzip");
      expect(plain.headers.get("content-encoding")).toBeNull();
      expect(await packed.text()).toBe(await plain.text());
    }
  });

  test("are not sent again to whoever has them", async () => {
    for (const file of ["/", ...(await assets())]) {
      const etag = (await get(file)).headers.get("etag") ?? "";
      expect(etag).toMatch(/^"/);
      for (const known of [etag, `W/${etag}`, `"other", ${etag}`]) {
        const again = await get(file, { "if-none-match": known });
        expect([again.status, await again.text()]).toEqual([304, ""]);
      }
      expect((await get(file, { "if-none-match": '"other"' })).status).toBe(200);
    }
  });

  test("HEAD tells their size and sends nothing", async () => {
    const head = await get("/", { "accept-encoding": "identity" }, "HEAD");
    expect(Number(head.headers.get("content-length"))).toBe((await (await get("/")).text()).length);
    expect(await head.text()).toBe("");
  });

  test.each([
    "/ui/files.json",
    "/ui/..%2fmain.js",
    "/ui/%2e%2e%2fmeta.json",
    "/ui/main.js",
    "/ui/constructor",
    "/ui/index.html.gz",
    "/ui/%00",
  ])("%s is not among them", async (file) => {
    const answer = await get(file);
    expect(answer.status).toBe(404);
    expect(answer.headers.get("content-type")).toBe("application/problem+json");
  });

  test(`weigh at most ${FIRST_VISIT_KB} KB at a first visit`, async () => {
    const record = await readRecord("coordinator");
    expect(record?.pageBytes).toBeGreaterThan(1_000);
    expect((record?.pageBytes ?? 0) / 1024).toBeLessThanOrEqual(FIRST_VISIT_KB);
  });

  test("belong to the bundle: a change of any of them makes it stale", async () => {
    const { sources = [] } = (await readRecord("coordinator")) ?? {};
    const own = sourceFiles("functions/coordinator/ui").filter((file) => !file.endsWith("answers.ts"));
    expect(own.filter((file) => !sources.includes(file))).toEqual([]);
    expect(sources).toContain("functions/coordinator/ui/index.html");
  });

  test("are what their gzipped neighbours hold", () => {
    const folder = path.join(root, "dist/coordinator/ui");
    const files = JSON.parse(readFileSync(path.join(folder, "files.json"), "utf8")) as Record<string, { size: number }>;
    for (const [name, { size }] of Object.entries(files)) {
      expect(gunzipSync(readFileSync(path.join(folder, `${name}.gz`))).byteLength, name).toBe(size);
    }
  });
});

describe("its sources", () => {
  const sources = sourceFiles("functions/coordinator/ui").map((file): [string, string] => [
    file,
    readFileSync(path.join(root, file), "utf8"),
  ]);

  test.each<[what: string, pattern: RegExp]>([
    ["markup from text", /dangerouslySetInnerHTML|innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser/],
    ["code from text", /\beval\(|new Function\b/],
    ["anything from elsewhere", /\b(?:src|href|url)\s*[=(]\s*["']?https?:/],
    ["the token beyond this tab", /document\.cookie|indexedDB/],
  ])("never use %s", (_what, pattern) => {
    expect(sources.length).toBeGreaterThan(20);
    expect(sources.filter(([, text]) => pattern.test(text)).map(([file]) => file)).toEqual([]);
  });

  test("keep beyond this tab what somebody prefers, and nothing else", () => {
    const keeping = sources.filter(([, text]) => text.includes("localStorage"));
    expect(keeping.map(([file]) => file)).toEqual(["functions/coordinator/ui/state/preferences.ts"]);
    expect(keeping[0]?.[1]).not.toMatch(/import|token\b(?!\.)/);
  });

  test("open other sites only without telling them who asks", () => {
    const opening = sources.filter(([, text]) => text.includes("_blank"));
    expect(opening.map(([file]) => file)).toEqual(["functions/coordinator/ui/components/link.tsx"]);
    for (const [, text] of opening) expect(text).toContain('target="_blank" rel="noopener noreferrer"');
  });
});
