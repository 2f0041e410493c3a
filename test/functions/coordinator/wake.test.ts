import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { kubeconfig } from "../../../build/local/sandbox/kubeconfig.ts";
import { parseMetrics } from "../../support/prometheus-text.ts";
import { startSchool, type TestSchool } from "./support.ts";

const woken: string[] = [];
let school: TestSchool;
beforeAll(async () => {
  school = await startSchool({
    // The loop that looks at every list must not be the one that notices.
    env: { REAP_SECONDS: "60" },
    layers: {
      async wake(stage) {
        woken.push(stage);
        return "woken" as const;
      },
    },
  });
});
afterAll(() => school.close());

test("who hands in a source does not wait for anybody's poll: its layer is woken at once", async () => {
  const refused = await school.call("reviewer", "POST", "/api/sources", { content: " " });
  expect([refused.status, woken]).toEqual([422, []]);
  const { status } = await school.call("reviewer", "POST", "/api/sources", { content: "Set memory limits." });
  expect(status).toBe(202);
  await expect.poll(() => woken).toEqual(["ingest"]);
});

test("so is the layer of an injected event", async () => {
  woken.length = 0;
  const improvement = {
    title: "Add a backup",
    description: "Back the database up",
    category: "database",
    type: "backup",
    relevance: 0.7,
    source_id: "s",
    source_title: "S",
  };
  const type = "ai.cortex.school.improvement.routed";
  const event = { specversion: "1.0", id: "e1", source: "/t", type, data: { id: "n1", improvement } };
  const { status } = await school.call("operator", "POST", "/stages/evaluate", event);
  expect(status).toBe(202);
  await expect.poll(() => woken).toEqual(["evaluate"]);
});

test("what no transition tells of is seen within moments: a stranger's push, and an event that somebody else's move let go", async () => {
  woken.length = 0;
  await school.redis.lpush("school:queue:implement", "{}");
  await expect.poll(() => woken).toEqual(["implement"]);
});

test("a layer with a worker is not asked for, nor one whose list is empty", async () => {
  woken.length = 0;
  const until = Date.now() + 60_000;
  await school.redis.zadd("school:queue:learn:workers", until, "w1");
  await school.redis.lpush("school:queue:learn", "{}");
  await school.redis.zadd("school:queue:sync:delayed", until, "{}");
  // Seen after them, so they were looked at.
  await school.redis.lpush("school:queue:notify", "{}");
  await expect.poll(() => woken).toContain("notify");
  expect(woken.filter((stage) => stage === "learn" || stage === "sync")).toEqual([]);
});

test("what asking comes to is counted for everybody", async () => {
  const count = async () => {
    const { text } = await school.call("nobody", "GET", "/metrics");
    return parseMetrics(text).value("cortex_activator_wakes_total", {
      layer: "execution",
      stage: "implement",
      result: "woken",
    });
  };
  await expect.poll(count).toBe(1);
  const { text } = await school.call("nobody", "GET", "/metrics");
  const value = (name: string, stage: string, layer: string) => parseMetrics(text).value(name, { stage, layer });
  // Nobody runs; what is at zero is told as truly as what is up.
  expect(value("cortex_activator_layer_up", "implement", "execution")).toBe(0);
  expect(value("cortex_activator_layer_up", "learn", "telemetry")).toBe(1);
  expect(value("cortex_activator_pending_requests", "implement", "execution")).toBe(1);
  expect(value("cortex_activator_pending_requests", "sync", "execution")).toBe(1);
  expect(value("cortex_activator_cold_starts_total", "implement", "execution")).toBe(0);
});

test("switched off, nobody is asked for, and cold starts are measured all the same", async () => {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? "");
    response.end("{}");
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  const folder = await mkdtemp(path.join(tmpdir(), "school-off-"));
  await writeFile(path.join(folder, "config"), kubeconfig(`http://127.0.0.1:${port}`, "a-token"));
  const off = await startSchool({ env: { SCHOOL_WAKE: "off", KUBECONFIG: path.join(folder, "config") } });
  await off.redis.lpush(off.keys.list("plan"), "{}");
  await expect.poll(() => off.redis.exists(off.keys.cold("plan"))).toBe(1);
  expect(asked).toEqual([]);
  await off.close();
  server.close();
  await rm(folder, { recursive: true });
});
