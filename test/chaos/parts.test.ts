/** What the chaos suite itself is made of: it must do what it says, or it proves nothing. */
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { trailProblems } from "./suite/invariants.ts";
import { type Proxy, startProxy } from "./suite/proxy.ts";
import { randomOf } from "./suite/random.ts";
import { figuresOf } from "./suite/recovery.ts";
import { KINDS, printed, scheduleOf } from "./suite/schedule.ts";

describe("the schedule", () => {
  const minutes = (n: number, seed = 5) => scheduleOf(randomOf(seed).fork("schedule"), n * 60_000);

  test("is the same for the same seed, and another for another", () => {
    expect(printed(minutes(3))).toBe(printed(minutes(3)));
    expect(printed(minutes(3))).not.toBe(printed(minutes(3, 6)));
  });
  test("has every kind in thirty minutes, and hits every function", () => {
    const all = minutes(30);
    expect([...new Set(all.map(({ kind }) => kind))].sort()).toEqual([...KINDS].sort());
    const hit = new Set(all.filter(({ kind }) => kind === "kill-function").flatMap(({ targets }) => targets));
    expect([...hit].sort()).toContain("implement");
    expect(hit.size).toBe(13);
  });
  test("ends in time, and never does two things to the same link at once", () => {
    const all = minutes(10);
    expect(Math.max(...all.map(({ at, lasts }) => at + lasts))).toBeLessThanOrEqual(600_000);
    const busy = new Map<string, number>();
    for (const { at, lasts, kind } of all.filter((one) => one.kind.includes(":"))) {
      const [link = ""] = kind.split(":");
      expect(at).toBeGreaterThanOrEqual(busy.get(link) ?? 0);
      busy.set(link, at + lasts);
    }
  });
});

describe("a trail", () => {
  const move = (from: string, to: string, by = "x") => ({ from, to, by });
  test.each([
    ["of legal moves to where it stands", [move("", "raw"), move("raw", "routed")], "routed", 0],
    ["with a move that was made twice", [move("", "raw"), move("raw", "routed"), move("raw", "routed")], "routed", 1],
    ["that ends elsewhere", [move("", "raw"), move("raw", "routed")], "categorized", 1],
    ["with a move that no stage may make", [move("", "raw"), move("raw", "verified")], "verified", 1],
    [
      "of a dead one that somebody retries",
      [move("", "raw"), move("raw", "dead"), move("dead", "raw", "person:a")],
      "raw",
      0,
    ],
  ])("%s", (_name, trail, status, problems) => {
    expect(trailProblems(trail, status)).toHaveLength(problems);
  });
});

test("half of what was measured is below the median, and the slowest is the largest", () => {
  expect(figuresOf([40, 10, 30, 20])).toEqual({ faults: 4, p50: 20, p95: 40, max: 40 });
});

test("the preload makes the wall clock wrong, and leaves given times alone", () => {
  const said = "console.log(Date.now() - Number(process.argv[1]), new Date(5).getTime(), new Date() instanceof Date)";
  const preload = path.join(import.meta.dirname, "suite/skew.mjs");
  const { stdout } = spawnSync(process.execPath, ["--import", preload, "-e", said, String(Date.now())], {
    env: { CHAOS_SKEW_MS: "3600000" },
    encoding: "utf8",
  });
  const [off = "", five, isDate] = stdout.trim().split(" ");
  expect(Number(off)).toBeGreaterThanOrEqual(3_600_000);
  expect([five, isDate]).toEqual(["5", "true"]);
});

describe("the proxy", () => {
  let echo: Server;
  let proxy: Proxy;
  const sockets: Socket[] = [];
  beforeEach(async () => {
    echo = createServer((socket) => {
      sockets.push(socket.on("error", () => undefined));
      socket.on("data", (chunk) => socket.write(chunk));
    });
    echo.listen(0, "127.0.0.1");
    await once(echo, "listening");
    const { port } = echo.address() as { port: number };
    proxy = await startProxy(() => port);
  });
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await proxy.close();
    echo.close();
  });
  async function client() {
    const socket = connect(proxy.port, "127.0.0.1");
    sockets.push(socket);
    let heard = "";
    const over = new Promise<string>((resolve) => {
      socket
        .on("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? ""))
        .on("close", () => resolve("closed"));
    });
    socket.on("data", (chunk) => {
      heard += String(chunk);
    });
    await Promise.race([once(socket, "connect"), over]);
    return { say: (text: string) => socket.write(text), heard: () => heard, over };
  }

  test("hands on what it is given", async () => {
    const one = await client();
    one.say("hello");
    await expect.poll(one.heard).toBe("hello");
  });
  test("that refuses ends what is open, takes nothing new, and comes back on its port", async () => {
    const one = await client();
    await proxy.set("refuse");
    expect(await one.over).toBe("ECONNRESET");
    expect(await (await client()).over).toBe("ECONNREFUSED");
    await proxy.set(undefined);
    const two = await client();
    two.say("again");
    await expect.poll(two.heard).toBe("again");
  });
  test("that drops ends what is open and what is new", async () => {
    const one = await client();
    await proxy.set("drop");
    expect(await one.over).toBe("ECONNRESET");
    expect(["ECONNRESET", "closed"]).toContain(await (await client()).over);
  });
  test.each(["stall", "half-open"] as const)(
    "that is in %s lets nothing come back, and ends it afterwards",
    async (mode) => {
      const one = await client();
      one.say("before");
      await expect.poll(one.heard).toBe("before");
      await proxy.set(mode);
      one.say("lost");
      await expect.poll(() => proxy.figures().torn).toBe(1);
      await proxy.set(undefined);
      expect(await one.over).toBe("ECONNRESET");
      expect(one.heard()).toBe("before");
    },
  );
  test("that cuts lets half an answer through", async () => {
    const one = await client();
    await proxy.set("cut");
    one.say("12345678");
    expect(await one.over).toBe("ECONNRESET");
    expect("12345678".startsWith(one.heard())).toBe(true);
    expect(one.heard().length).toBeLessThan(8);
  });
  test("keeps the order of what it makes late", async () => {
    const one = await client();
    await proxy.set("latency");
    one.say("first ");
    await expect.poll(() => proxy.figures().late).toBe(1);
    await proxy.set(undefined);
    one.say("second");
    await expect.poll(one.heard).toBe("first second");
  });
});
