import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { knownFields } from "../../../build/known-fields.ts";

test("the list of known fields is what the Kubernetes client's models say (else: node build/known-fields.ts)", async () => {
  const committed = readFileSync(new URL("../../../shared/policy/known-fields.json", import.meta.url), "utf8");
  expect(JSON.parse(committed)).toEqual(JSON.parse(await knownFields()));
});
