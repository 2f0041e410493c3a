import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { named, PATIENCE, type RawClient, type SseSchool, STREAM, sseSchool, told } from "./sse-client.ts";

let school: SseSchool;
beforeAll(async () => {
  school = await sseSchool({ SSE_HEARTBEAT_SECONDS: "0.05" });
});
afterEach(() => school.leave());
afterAll(() => school.close());

const follow = (query = "", headers: Record<string, string> = {}): Promise<RawClient> => school.follow(query, headers);
const happen = (improvement: string, to?: string, because?: string) => school.happen(improvement, to, because);

async function happenMany(count: number, prefix = "many"): Promise<string[]> {
  const ids: string[] = [];
  for (let i = 0; i < count; i += 1) ids.push(await happen(`${prefix}-${i}`));
  return ids;
}

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
    expect(await school.followers()).toBe(0);
    const clients = [await follow(), await follow(), await follow()];
    await expect.poll(() => school.followers(), PATIENCE).toBe(1);
    for (const client of clients) client.close();
    await expect.poll(() => school.followers(), PATIENCE).toBe(0);
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
    expect(none.json.detail).toMatch(/^[a-z_]+: one of raw, routed/);
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
