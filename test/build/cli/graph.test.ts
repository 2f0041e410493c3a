/** school graph on a folder, as a person types it. */
import { expect, test } from "vitest";
import { schoolCommand } from "./school.ts";

const HARBOR = "build/local/samples/platforms/harbor";
const graph = (...args: string[]) => schoolCommand(["graph", "--gitops", HARBOR, ...args], {});

test("text: who talks to whom, and what is missing, each with its place", async () => {
  const { code, out } = await graph();
  expect(code).toBe(0);
  expect(out).toContain("calls Service orders/orders-db  apps/orders/orders-api-deployment.yaml:");
  expect(out).toMatch(/Absent \(1\)\n {2}Service billing\/payments-gateway has no manifest/);
});

test("one thing: what it needs and what needs it", async () => {
  const { out } = await graph("--of", "Service/orders/orders-db", "--format", "json");
  const { nodes } = JSON.parse(out) as { nodes: { id: string }[] };
  const ids = nodes.map(({ id }) => id);
  expect(ids).toEqual(expect.arrayContaining(["StatefulSet/orders/orders-db", "Deployment/orders/orders-api"]));
  expect(ids).not.toContain("Deployment/insights/dashboard");
});

test.each([
  [["--of", "nobody"], 1, "nothing called nobody"],
  [["--format", "svg"], 2, "one of text, json, dot, mermaid"],
  [["--depth", "2"], 2, "--depth counts from --of"],
  [["--gitops", "/nowhere"], 2, "/nowhere is no folder"],
])("%j ends with %i and says why", async (args, code, why) => {
  expect(await graph(...args)).toMatchObject({ code, out: "", err: expect.stringContaining(why) });
});
