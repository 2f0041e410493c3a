import { once } from "node:events";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { startTestRedis } from "../../support/redis.ts";
import { listen, type RawClient } from "./sse-client.ts";
import { startSchool, type TestSchool, TOKENS } from "./support.ts";

const PATIENCE = { timeout: 20_000, interval: 20 };
const STREAM = "school:events";

let school: TestSchool;
beforeAll(async () => {
  school = await startSchool({ env: { SSE_HEARTBEAT_SECONDS: "0.05", SSE_CLIENTS: "4" } });
});
afterAll(() => school.close());

const open: RawClient[] = [];
afterEach(async () => {
  for (const client of open.splice(0)) client.close();
  // The coordinator has noticed: the next test has all places again.
  await expect.poll(connections, PATIENCE).toBe(0);
});

/** How many followers wait on the stream; `redis.call("CLIENT")` would count other connections too. */
async function connections(): Promise<number> {
  const list = (await school.redis.client("LIST")) as string;
  return list.split("\n").filter((line) => line.includes("cmd=xread")).length;
}

async function follow(query = "", headers: Record<string, string> = {}): Promise<RawClient> {
  const url = `${school.coordinator.url}/api/events${query}`;
  const client = await listen(url, { authorization: `Bearer ${TOKENS.viewer}`, ...headers });
  open.push(client);
  return client;
}

function happen(improvement: string, to = "routed", because = "test"): Promise<string> {
  const fields = { improvement, at: "", from: "raw", to, by: "route", because };
  return school.redis.xadd(STREAM, "*", ...Object.entries(fields).flat()) as Promise<string>;
}

async function happenMany(count: number, prefix = "many"): Promise<string[]> {
  const ids: string[] = [];
  for (let i = 0; i < count; i += 1) ids.push(await happen(`${prefix}-${i}`));
  return ids;
}

const named = (client: RawClient, name: string) => client.events().filter(({ event }) => event === name);
const told = (client: RawClient, name: string) =>
  expect.poll(() => named(client, name).map(({ data }) => JSON.parse(data) as unknown), PATIENCE);

describe("following", () => {
  test("tells at once where it begins, then each transition as it happens", async () => {
    const client = await follow();
    await told(client, "position").toHaveLength(1);
    const id = await happen("one");

    await expect.poll(client.ids, PATIENCE).toEqual([id]);
    expect(client.response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    expect(client.response.headers.get("cache-control")).toContain("no-transform");
    expect(client.text()).toMatch(/^retry: \d{4}\n\n/);
    expect(JSON.parse(named(client, "message")[0]?.data ?? "")).toMatchObject({
      entry: id,
      improvement: "one",
      from: "raw",
      to: "routed",
      because: "test",
    });
  });

  test("words from outside stay in their data line", async () => {
    const client = await follow();
    await told(client, "position").toHaveLength(1);
    await happen("evil", "routed", "a\n\nevent: gap\ndata: {}\r\n\r\n\u2028");
    await expect.poll(() => named(client, "message").length, PATIENCE).toBe(1);
    expect(named(client, "gap")).toEqual([]);
    expect(JSON.parse(named(client, "message")[0]?.data ?? "")).toMatchObject({ improvement: "evil" });
  });

  test("one connection for all, from the first client to the last", async () => {
    expect(await connections()).toBe(0);
    const clients = [await follow(), await follow(), await follow()];
    await expect.poll(connections, PATIENCE).toBe(1);
    for (const client of clients) client.close();
    await expect.poll(connections, PATIENCE).toBe(0);
  });

  test("signs of life, without an end", async () => {
    const client = await follow();
    await expect.poll(() => client.text().split(": heartbeat\n\n").length, PATIENCE).toBeGreaterThan(3);
  });

  test("who asks without this media type gets JSON, as before", async () => {
    const { type, json } = await school.call("viewer", "GET", "/api/events?limit=1");
    expect(type).toContain("application/json");
    expect(json.events).toHaveLength(1);
    expect(json.cursor).toBe(json.events[0].entry);
  });
});

describe("coming back", () => {
  test("everything since the last id, over many pages, and what happens meanwhile, once each", async () => {
    const [first, ...rest] = await happenMany(1_300);
    const client = await follow("", { "last-event-id": first as string });
    const later = await happenMany(100, "later");
    await expect.poll(() => client.ids().at(-1), PATIENCE).toBe(later.at(-1));
    expect(client.ids()).toEqual([...rest, ...later]);
    expect(named(client, "gap")).toEqual([]);
  });

  test("the header counts more than the address, which a browser keeps", async () => {
    const [a, b, c] = (await happenMany(3)) as [string, string, string];
    const client = await follow(`?after=${a}`, { "last-event-id": b });
    await expect.poll(client.ids, PATIENCE).toEqual([c]);
    const again = await follow(`?after=${a}`);
    await expect.poll(again.ids, PATIENCE).toEqual([b, c]);
  });

  test("from a time on, and from the beginning", async () => {
    await school.redis.del(STREAM);
    const ids = await happenMany(3);
    const start = await follow("?after=0-0");
    await expect.poll(start.ids, PATIENCE).toEqual(ids);
    const early = await follow(`?since=${new Date(Date.now() - 60_000).toISOString()}`);
    await expect.poll(early.ids, PATIENCE).toEqual(ids);
    expect(named(early, "gap")).toEqual([]);
    const late = await follow(`?since=${new Date(Date.now() + 60_000).toISOString()}`);
    await told(late, "position").toEqual([{ after: ids.at(-1) }]);
    expect(late.ids()).toEqual([]);
  });
});

describe("only what is wanted", () => {
  test("one improvement, some statuses; and a position, so that nobody comes back from long ago", async () => {
    const client = await follow("?improvement=mine&status=verified,failed");
    await told(client, "position").toHaveLength(1);
    await happen("other", "verified");
    await happen("mine", "routed");
    const wanted = await happen("mine", "verified");
    const last = await happen("other", "failed");
    await expect.poll(client.ids, PATIENCE).toEqual([wanted]);
    await expect.poll(() => named(client, "position").at(-1)?.id, PATIENCE).toBe(last);
  });

  test("the same for a replay, and for JSON", async () => {
    await school.redis.del(STREAM);
    await happenMany(400, "noise");
    const wanted = [await happen("mine", "verified"), await happen("mine", "failed")];
    const client = await follow("?after=0-0&improvement=mine");
    await expect.poll(client.ids, PATIENCE).toEqual(wanted);
    const { json } = await school.call("viewer", "GET", "/api/events?after=0-0&status=failed&limit=5");
    expect(json.events.map(({ entry }: { entry: string }) => entry)).toEqual([wanted[1]]);
    const none = await school.call("viewer", "GET", "/api/events?status=lost");
    expect(none.json.detail).toContain("one of raw, routed");
  });
});

describe("a gap is said, never hidden", () => {
  test("the stream was trimmed past the last id", async () => {
    await school.redis.del(STREAM);
    const [first] = (await happenMany(5)) as [string];
    await school.redis.xtrim(STREAM, "MAXLEN", 2);
    const left = (await school.redis.xrange(STREAM, "-", "+")).map(([entry]) => entry);

    const client = await follow("", { "last-event-id": first });
    await expect.poll(client.ids, PATIENCE).toEqual(left);
    await told(client, "gap").toEqual([
      expect.objectContaining({ reason: "trimmed", after: first, first: left[0], last: left[1] }),
    ]);
    const { json } = await school.call("viewer", "GET", `/api/events?after=${first}`);
    expect(json).toMatchObject({ gap: { reason: "trimmed" }, events: [{ entry: left[0] }, { entry: left[1] }] });
    const long = await follow("?since=2020-01-01T00:00:00Z");
    await told(long, "gap").toEqual([expect.objectContaining({ reason: "trimmed" })]);
  });

  test("the last id is ahead of the stream, or no id at all: Redis is another one now", async () => {
    const [id] = (await happenMany(1)) as [string];
    const client = await follow("", { "last-event-id": `${Number(id.split("-")[0]) + 1_000_000}-0` });
    await told(client, "gap").toEqual([expect.objectContaining({ reason: "unknown", last: id })]);
    await expect.poll(() => client.ids().at(-1), PATIENCE).toBe(id);
    const odd = await follow("", { "last-event-id": "from another server" });
    await told(odd, "gap").toHaveLength(1);
  });

  test("an empty stream in place of the old one, while a client follows", async () => {
    const client = await follow();
    await told(client, "position").toHaveLength(1);
    const before = await happen("before");
    await expect.poll(client.ids, PATIENCE).toEqual([before]);
    await school.redis.del(STREAM);
    const after = await happen("after");
    await expect.poll(client.ids, PATIENCE).toEqual([before, after]);
    await told(client, "gap").toEqual([expect.objectContaining({ reason: "unknown", after: before })]);
  });

  test("a burst larger than memory and stream is followed as far as it exists, and the rest is said", async () => {
    await school.redis.del(STREAM);
    const client = await follow();
    await told(client, "position").toHaveLength(1);
    // Within one transaction, so that nobody reads in between.
    const burst = school.redis.multi();
    for (let i = 0; i < 600; i += 1) {
      burst.xadd(STREAM, "MAXLEN", 300, "*", "improvement", `b-${i}`, "from", "raw", "to", "routed");
    }
    await burst.exec();
    const left = (await school.redis.xrange(STREAM, "-", "+")).map(([entry]) => entry);
    await expect.poll(client.ids, PATIENCE).toEqual(left);
    expect(named(client, "gap")).toHaveLength(1);
  });
});

describe("who may follow", () => {
  test.each([
    [{}, 401],
    [{ authorization: "Bearer unknown-token" }, 401],
  ])("%o is refused with %i", async (headers, status) => {
    const response = await fetch(`${school.coordinator.url}/api/events`, {
      headers: { accept: "text/event-stream", ...(headers as Record<string, string>) },
    });
    expect(response.status).toBe(status);
    expect(response.headers.get("content-type")).toContain("application/problem+json");
  });

  test("no more than the setting allows; a place that is free again is given again", async () => {
    const clients = [await follow(), await follow(), await follow(), await follow()];
    const full = await follow();
    expect(full.response.status).toBe(503);
    expect(full.response.headers.get("retry-after")).not.toBeNull();
    await expect.poll(full.text, PATIENCE).toContain("SSE_CLIENTS");
    clients[0]?.close();
    await expect.poll(async () => (await follow()).response.status, PATIENCE).toBe(200);
  });

  test("a look at the headers alone takes no place", async () => {
    for (let i = 0; i < 6; i += 1) {
      const { status } = await fetch(`${school.coordinator.url}/api/events`, {
        method: "HEAD",
        headers: { accept: "text/event-stream", authorization: `Bearer ${TOKENS.viewer}` },
      });
      expect(status).toBe(200);
    }
    expect(await connections()).toBe(0);
  });
});

describe("trouble", () => {
  test("a client that does not read is cut, and the others notice nothing", async () => {
    const good = await follow();
    await told(good, "position").toHaveLength(1);
    const headers = { accept: "text/event-stream", authorization: `Bearer ${TOKENS.viewer}` };
    const lazy = httpRequest(`${school.coordinator.url}/api/events`, { headers }).end();
    const [response] = (await once(lazy, "response")) as [IncomingMessage];
    response.pause();
    const cut = new Promise<string>((resolve) => {
      response.on("error", () => resolve("cut"));
      response.on("end", () => resolve("ended"));
    });
    // More than the kernel's buffers between the two of them hold.
    const ids: string[] = [];
    for (let i = 0; i < 400; i += 1) ids.push(await happen(`big-${i}`, "routed", "x".repeat(50_000)));
    await expect.poll(() => good.ids().length, PATIENCE).toBe(ids.length);
    expect(good.ids()).toEqual(ids);
    // With two more all places are taken, until that of the lazy one is free.
    await follow();
    await follow();
    await expect.poll(async () => (await follow()).response.status, PATIENCE).toBe(200);
    response.resume();
    expect(await cut).toBe("cut");
  });

  test("Redis is gone for a while: clients stay, are told, and lose nothing", async () => {
    const server = await startTestRedis({ appendOnly: true });
    const own = await startSchool({ env: { REDIS_URL: server.url, SSE_HEARTBEAT_SECONDS: "0.05" } });
    const redis = own.redis.duplicate({ host: "127.0.0.1", port: server.port });
    redis.on("error", () => undefined);
    const one = (id: string) =>
      redis.xadd(STREAM, "*", "improvement", id, "from", "raw", "to", "routed") as Promise<string>;
    try {
      const url = `${own.coordinator.url}/api/events`;
      const client = await listen(url, { authorization: `Bearer ${TOKENS.viewer}` });
      await told(client, "position").toHaveLength(1);
      const before = await one("before");
      await expect.poll(client.ids, PATIENCE).toEqual([before]);

      await server.kill();
      await told(client, "outage").toHaveLength(1);
      const beats = client.text().split("heartbeat").length;
      await expect.poll(() => client.text().split("heartbeat").length, PATIENCE).toBeGreaterThan(beats + 2);
      // Whoever comes in the middle of it is let in too, and served when there is something to serve.
      const late = await listen(url, { authorization: `Bearer ${TOKENS.viewer}`, "last-event-id": before });
      expect(late.response.status).toBe(200);
      await told(late, "outage").toHaveLength(1);

      await server.start();
      const after = await one("after");
      await expect.poll(client.ids, PATIENCE).toEqual([before, after]);
      await expect.poll(late.ids, PATIENCE).toEqual([after]);
      await told(client, "resumed").toHaveLength(1);
      expect([...named(client, "gap"), ...named(late, "gap")]).toEqual([]);

      await own.coordinator.close();
      expect(await client.ended).toBe("done");
      expect(await late.ended).toBe("done");
    } finally {
      redis.disconnect();
      await own.close();
      await server.close();
    }
  });
});
