/** The way through an HTTP proxy, which is taken when it is configured and never otherwise. */
import { request as ask, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { bodyOf, get, type Sites, startSites } from "../support/web.ts";

let sites: Sites;
const asked: string[] = [];
/** Knows the invented names, which the resolver here need not. */
const proxy = createServer((incoming, outgoing) => {
  asked.push(`${incoming.method} ${incoming.url}`);
  const { port, pathname, host } = new URL(incoming.url ?? "");
  const options = { host: "127.0.0.1", port, path: pathname, headers: { ...incoming.headers, host } };
  incoming.pipe(
    ask(options, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    }),
  );
});
let address: string;
beforeAll(async () => {
  sites = await startSites({ "blog.test": (_, response) => response.end("through") });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  address = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
});
beforeEach(() => {
  asked.length = 0;
});
afterAll(async () => {
  proxy.closeAllConnections();
  proxy.close();
  await sites.close();
});

const unknown = () => {
  throw Object.assign(new Error("not found"), { code: "ENOTFOUND" });
};

test("names that only the proxy knows are read through it", async () => {
  const url = sites.address("blog.test", "/a");
  const web = sites.web({ env: { SOURCE_PROXY: address }, leadsTo: unknown });
  expect(bodyOf(await get(web, url))).toBe("through");
  expect(asked).toEqual([`GET ${url}`]);
});

test("what is known to lead to a private address is not asked of the proxy, and hosts that are not listed neither", async () => {
  const web = sites.web({ env: { SOURCE_PROXY: address }, mayRead: [], leadsTo: () => ["10.0.0.1"] });
  expect(await get(web, sites.address("blog.test"))).toMatchObject({ kind: "refused" });
  expect(await get(web, "http://169.254.169.254/latest")).toMatchObject({ kind: "refused" });
  expect(await get(web, "http://elsewhere.example/")).toMatchObject({ kind: "refused" });
  expect(asked).toEqual([]);
});

test("a proxy that merely lies in the environment is not used", async () => {
  for (const name of ["HTTP_PROXY", "http_proxy", "ALL_PROXY"]) vi.stubEnv(name, address);
  try {
    expect(bodyOf(await get(sites.web(), sites.address("blog.test")))).toBe("through");
    expect(asked).toEqual([]);
  } finally {
    vi.unstubAllEnvs();
  }
});
