/** Who waits for what: turns, and people who stop the reading. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { get, type Sites, startSites } from "../support/web.ts";

let sites: Sites;
beforeAll(async () => {
  sites = await startSites({
    "slow.test": (_, response) => {
      response.writeHead(200);
      response.write("half");
    },
    "fine.test": (_, response) => response.end("fine"),
    "other.test": (_, response) => response.end("fine"),
  });
});
afterAll(() => sites.close());

test("somebody who stops the reading gets their reason back, also in the middle of a body and while waiting for a turn", async () => {
  const stopped = new AbortController();
  const reason = new Error("the pod is going");
  const reading = get(sites.web(), sites.address("slow.test"), stopped.signal);
  stopped.abort(reason);
  await expect(reading).rejects.toBe(reason);
  await expect(get(sites.web(), sites.address("fine.test"), stopped.signal)).rejects.toBe(reason);

  const patient = new AbortController();
  const env = { SOURCE_INTERVAL: "15" };
  const web = sites.web({ env });
  await get(web, sites.address("fine.test"));
  const waiting = get(web, sites.address("fine.test"), patient.signal);
  patient.abort(reason);
  await expect(waiting).rejects.toBe(reason);
});

test("a turn that is far away is not waited for", async () => {
  const web = sites.web({ env: { SOURCE_INTERVAL: "30" } });
  await get(web, sites.address("fine.test"));
  const error = await get(web, sites.address("fine.test")).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ name: "RetryLater", free: true });
  expect(await get(web, sites.address("other.test"))).toMatchObject({ kind: "ok" });
});
