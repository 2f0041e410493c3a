/** Who waits for what: turns, and people who stop the reading. */
import { afterAll, beforeAll, expect, test } from "vitest";
import type { RetryLater } from "../../shared/runtime/errors.ts";
import type { HostTurns } from "../../shared/source-ports.ts";
import { get, type Sites, startSites } from "../support/web.ts";

let sites: Sites;
beforeAll(async () => {
  sites = await startSites({
    "slow.test": (_, response) => {
      response.writeHead(200);
      response.write("half");
    },
    "fine.test": (_, response) => response.end("fine"),
    "busy.test": ({ url }, response) => {
      if (url === "/fine") response.end("fine");
      else response.writeHead(429, { "retry-after": "5" }).end();
    },
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

test("a host that only ever says when to come back is not asked for ever: in the end each time is an attempt", async () => {
  const turns: HostTurns = {
    next: async () => ({ kind: "taken", afterMs: 0 }),
    hold: async () => undefined,
    heldMs: async () => 0,
  };
  const web = sites.web({ turns });
  const isFree = async () => {
    const error: unknown = await get(web, sites.address("busy.test")).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: "RetryLater", afterMs: 5_000 });
    return (error as RetryLater).free;
  };
  const inARow = async (times: number) => {
    const all: boolean[] = [];
    for (let i = 0; i < times; i += 1) all.push(await isFree());
    return all;
  };
  expect(await inARow(12)).toEqual([...Array.from({ length: 10 }, () => true), false, false]);
  expect(await get(web, sites.address("busy.test", "/fine"))).toMatchObject({ kind: "ok" });
  expect(await isFree()).toBe(true);
});

test("a turn is not used when the host was held while it was waited for", async () => {
  const before = sites.seen.length;
  const turns: HostTurns = {
    next: async () => ({ kind: "taken", afterMs: 1 }),
    hold: async () => undefined,
    heldMs: async () => 7_000,
  };
  const error: unknown = await get(sites.web({ turns }), sites.address("fine.test")).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ name: "RetryLater", free: true, afterMs: 7_000 });
  expect(sites.seen.length).toBe(before);
});
