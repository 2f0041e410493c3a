import { once } from "node:events";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { startTestRedis } from "../../support/redis.ts";
import { listen, named, PATIENCE, type SseSchool, STREAM, sseSchool, told } from "./sse-client.ts";
import { startSchool, TOKENS } from "./support.ts";

let school: SseSchool;
beforeAll(async () => {
  school = await sseSchool({ SSE_HEARTBEAT_SECONDS: "0.05", SSE_CLIENTS: "4" });
});
afterEach(() => school.leave());
afterAll(() => school.close());

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
    const clients = [await school.follow(), await school.follow(), await school.follow(), await school.follow()];
    const full = await school.follow();
    expect(full.response.status).toBe(503);
    expect(full.response.headers.get("retry-after")).not.toBeNull();
    await expect.poll(full.text, PATIENCE).toContain("SSE_CLIENTS");
    clients[0]?.close();
    await expect.poll(async () => (await school.follow()).response.status, PATIENCE).toBe(200);
  });

  test("a look at the headers alone takes no place", async () => {
    for (let i = 0; i < 6; i += 1) {
      const { status } = await fetch(`${school.coordinator.url}/api/events`, {
        method: "HEAD",
        headers: { accept: "text/event-stream", authorization: `Bearer ${TOKENS.viewer}` },
      });
      expect(status).toBe(200);
    }
    expect(await school.followers()).toBe(0);
  });
});

describe("trouble", () => {
  test("a client that does not read is cut, and the others notice nothing", async () => {
    const good = await school.follow();
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
    for (let i = 0; i < 400; i += 1) ids.push(await school.happen(`big-${i}`, "routed", "x".repeat(50_000)));
    await expect.poll(() => good.ids().length, PATIENCE).toBe(ids.length);
    expect(good.ids()).toEqual(ids);
    // With two more all places are taken, until that of the lazy one is free.
    await school.follow();
    await school.follow();
    await expect.poll(async () => (await school.follow()).response.status, PATIENCE).toBe(200);
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
