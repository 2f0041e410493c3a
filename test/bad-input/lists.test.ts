import { describe, expect, test } from "vitest";
import { improvementEvent } from "../../shared/domain/events.ts";
import { until } from "../support/local-school.ts";
import { badInput, event, good } from "./support.ts";

const school = badInput();
const RAW = improvementEvent("raw");

describe("on a list", () => {
  test.each([
    ["broken JSON", '{"specversion":"1.0","id":', /^not JSON.*CloudEvent/],
    ["an empty element", "", /not JSON/],
    ["binary garbage", Buffer.from([0xff, 0xfe, 0x00, 0x80, 0x1f, 0x8b, 0x08, 0xc3, 0x28]), /not JSON/],
    ["JSON that is no CloudEvent", '["a","b"]', /not a CloudEvent/],
    ["a number", "42", /not a? ?(JSON|CloudEvent)/],
    ["100,000 brackets", "[".repeat(100_000), /not JSON/],
    ["an unknown event type", event("com.example.thing.happened", { id: "x" }), /unknown event type com\.example/],
    [
      "an event of another status",
      event(improvementEvent("verified"), { id: "x" }),
      /there is no record improvement:x/,
    ],
    ["an id that would name another key", event(RAW, { id: "a:trail" }), /an improvement id may hold letters/],
    ["an improvement without a title", event(RAW, { id: "x", improvement: { category: "database" } }), /title/],
    ["a record that is gone", event(RAW, { id: "gone" }), /there is no record improvement:gone/],
  ])("%s becomes a dead letter that says why, and the improvement behind it is routed", async (_name, bad, reason) => {
    const { redis, run, stands, deadLetter, places } = school();
    await redis.lpush("school:queue:route", bad);
    await redis.lpush("school:queue:route", good("behind"));
    const worker = run("route");
    await stands("behind", "routed");
    const letter = await deadLetter("route", () => true);
    expect(letter.reason).toMatch(reason);
    // Nothing of it is lost: it lies there as the text it was.
    if (typeof bad === "string") expect([letter.raw, JSON.stringify(letter.event)]).toContainEqual(bad);
    else expect(letter.raw).toBeDefined();
    const told = await worker.logged(({ msg }) => msg.includes("school redrive"));
    expect(told.msg).toContain("school redrive");
    expect(await worker.stop()).toBe(0);
    expect(await places("route")).toMatchObject({ list: 0, leases: 0, leased: 0, delayed: 0, dead: 1, attempts: 0 });
  });

  test.each(["string", "list", "set", "zset", "stream"])(
    "an event whose record is a %s leaves that key as it is",
    async (type) => {
      const { redis, run, stands, deadLetter } = school();
      const make: Record<string, () => Promise<unknown>> = {
        string: () => redis.set("improvement:mine", "precious"),
        list: () => redis.rpush("improvement:mine", "precious"),
        set: () => redis.sadd("improvement:mine", "precious"),
        zset: () => redis.zadd("improvement:mine", 1, "precious"),
        stream: () => redis.xadd("improvement:mine", "1-1", "precious", "yes"),
      };
      await make[type]?.();
      const before = await redis.dumpBuffer("improvement:mine");
      await redis.lpush("school:queue:route", event(RAW, { id: "mine" }));
      await redis.lpush("school:queue:route", good("behind"));
      run("route");
      await stands("behind", "routed");
      const { reason } = await deadLetter("route", () => true);
      expect(reason).toBe(`the key improvement:mine holds a ${type}, not a hash; it was left as it is`);
      expect(await redis.dumpBuffer("improvement:mine")).toEqual(before);
    },
  );

  test("an event that comes twice moves its improvement once", async () => {
    const { redis, run, stands, places } = school();
    const one = good("twice");
    await redis.lpush("school:queue:route", one, one, one, good("behind"));
    const worker = run("route");
    await stands("twice", "routed");
    await stands("behind", "routed");
    await until("everything is settled", async () => {
      const { list, leases, delayed } = await places("route");
      return list === 0 && leases === 0 && delayed === 0 ? true : undefined;
    });
    await worker.stop();
    const trail = await redis.xrange("improvement:twice:trail", "-", "+");
    expect(trail.map(([, fields]) => fields[3])).toEqual(["raw", "routed"]);
    expect(
      (await redis.lrange("school:queue:evaluate", 0, -1)).filter((text) => text.includes('"twice"')),
    ).toHaveLength(1);
  });
});
