/** Rules as data: every rule is described, says what its code does, and stands in the reference. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { ruleReference } from "../../../build/policy/rule-reference.ts";
import { ruleCatalogue } from "../../../shared/policy/catalogue.ts";
import { objectRules } from "../../../shared/policy/object-rules.ts";

const folder = new URL("../../../shared/policy", import.meta.url).pathname;
const sources = readdirSync(folder, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts") && !file.startsWith("catalogue"))
  .map((file) => readFileSync(path.join(folder, file), "utf8"))
  .join("\n");
/** Every way a rule is named in the code. */
const NAMED = /(?:\b(?:id|rule): |\b(?:deny|human|byKind|RULES)\(|^ {2}\w+: )"([a-z0-9]+(?:-[a-z0-9]+)+)"/gm;
const named = new Set([...sources.matchAll(NAMED)].map(([, id = ""]) => id));

describe("the catalogue", () => {
  test("describes every rule of the code, and no other", () => {
    const inCode = [...named, ...[...sources.matchAll(/\? "([a-z]+-[-a-z]+)"/g)].map(([, id = ""]) => id)];
    expect(inCode.filter((id) => id in ruleCatalogue).sort()).toEqual(
      expect.arrayContaining(Object.keys(ruleCatalogue).sort()),
    );
    expect([...objectRules].map(({ id }) => id).filter((id) => !(id in ruleCatalogue))).toEqual([]);
    expect(
      [...sources.matchAll(/\b(?:deny|human)\("([-a-z]+)"/g)]
        .map(([, id = ""]) => id)
        .filter((id) => !(id in ruleCatalogue)),
    ).toEqual([]);
  });

  test.each(objectRules.map((rule) => [rule.id, rule] as const))("%s decides as it says", (id, rule) => {
    expect(ruleCatalogue[id]?.decision).toBe(rule.decision);
  });

  test.each(Object.entries(ruleCatalogue))(
    "%s is told in sentences",
    (_id, { description, remedy, decision, severity }) => {
      expect(description).toMatch(/^[A-Z].*\.$/);
      expect(remedy).toMatch(/^[A-Z].*\.$/);
      expect(decision === "note" && severity === "error", "what is only told cannot be an error").toBe(false);
    },
  );

  test("the reference is fresh (else: npm run generate)", async () => {
    expect(readFileSync(path.join(folder, "README.md"), "utf8")).toBe(await ruleReference());
  });
});
