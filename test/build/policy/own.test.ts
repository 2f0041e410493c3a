/** The school's own manifests, by the school's own rules. */
import path from "node:path";
import { Readable } from "node:stream";
import { expect, test } from "vitest";
import { runPolicy } from "../../../build/policy/run.ts";

const root = path.resolve(import.meta.dirname, "../../..");

test("keda and knative have nothing a cluster refuses", async () => {
  const run = { paths: ["keda", "knative"], cwd: root, stdin: Readable.from([]), now: 0 };
  const { findings, objects } = await runPolicy(run);
  expect(objects).toBeGreaterThan(20);
  expect(findings.filter(({ severity }) => severity === "error")).toEqual([]);
});
