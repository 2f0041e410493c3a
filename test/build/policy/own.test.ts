/** The school's own manifests, by the school's own rules. */
import path from "node:path";
import { Readable } from "node:stream";
import { expect, test } from "vitest";
import { runPolicy } from "../../../build/policy/run.ts";

const root = path.resolve(import.meta.dirname, "../../..");

test("knative has nothing a cluster refuses", async () => {
  const { findings, objects } = await runPolicy({
    paths: ["knative"],
    cwd: root,
    stdin: Readable.from([]),
    now: Date.now(),
  });
  expect(objects).toBeGreaterThan(20);
  expect(findings.filter(({ severity }) => severity === "error")).toEqual([]);
});

test("keda has nothing a cluster refuses or regrets; what the policy file exempts has its reason there", async () => {
  const { findings, objects } = await runPolicy({
    paths: ["keda"],
    cwd: root,
    stdin: Readable.from([]),
    now: Date.now(),
  });
  expect(objects).toBeGreaterThan(90);
  expect(findings.filter(({ severity, exempted }) => severity !== "info" && exempted === undefined)).toEqual([]);
});
