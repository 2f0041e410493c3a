import { afterAll, beforeAll, expect, test } from "vitest";
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
        return true;
      },
    },
  });
});
afterAll(() => school.close());

test("who hands in a source does not wait for anybody's poll: its layer is woken at once", async () => {
  const refused = await school.call("reviewer", "POST", "/api/sources", { content: " " });
  expect([refused.status, woken]).toEqual([422, []]);
  const { status } = await school.call("reviewer", "POST", "/api/sources", { content: "Set memory limits." });
  expect([status, woken]).toEqual([202, ["ingest"]]);
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
  expect([status, woken]).toEqual([202, ["evaluate"]]);
});
