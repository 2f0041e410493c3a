/** What goes to code scanning services fits the published schema of SARIF 2.1.0. */
import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import formats from "ajv-formats";
import { describe, expect, test } from "vitest";
import { sarifOf } from "../../../build/policy/sarif.ts";
import { judgeRepository } from "../../../shared/policy/judge-repository.ts";
import { deployment, platformOf, sample } from "../../support/platform.ts";

const {
  $schema: _draft4,
  id: _id,
  ...schema
} = JSON.parse(readFileSync(new URL("sarif-2.1.0.json", import.meta.url), "utf8")) as Record<string, unknown>;
const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
formats.default(ajv);
const validate = ajv.compile(schema);

function problemsOf(sarif: object): unknown {
  return validate(JSON.parse(JSON.stringify(sarif))) ? [] : validate.errors;
}

interface Sarif {
  readonly runs: readonly {
    readonly tool: { readonly driver: { readonly rules: readonly { readonly id: string }[] } };
    readonly results: readonly Record<string, unknown>[];
    readonly invocations: readonly { readonly toolExecutionNotifications: readonly unknown[] }[];
  }[];
}

describe("SARIF", () => {
  test.each(["harbor", "meadow"] as const)("of the sample platform %s", (name) => {
    expect(problemsOf(sarifOf(judgeRepository(sample(name)), "1.2.3"))).toEqual([]);
  });

  test("the schema refuses what is no SARIF", () => {
    expect(problemsOf({ version: "2.1.0", runs: [{ tool: {} }] })).not.toEqual([]);
  });

  test("places, odd paths, exemptions and files left out", () => {
    const policy = `version: 1
exemptions: [{rules: [disallow-latest-tag], paths: ["**"], reason: replaced by next quarter, expires: 2030-01-01}]
`;
    const report = judgeRepository(
      platformOf({
        "odd: #1 name?.yaml": deployment("web", { image: "a/b:latest" }),
        "chart/Chart.yaml": "name: chart\n",
        "chart/templates/a.yaml": "kind: {{ .Values.kind }}\n",
        ".cortex-school.yaml": policy,
      }),
      { now: Date.UTC(2029, 0, 1) },
    );
    const sarif = sarifOf(report, "1.2.3") as Sarif;
    expect(problemsOf(sarif)).toEqual([]);
    const [run] = sarif.runs;
    expect(run?.invocations[0]?.toolExecutionNotifications).toHaveLength(1);
    const latest = run?.results.find(({ ruleId }) => ruleId === "disallow-latest-tag");
    expect(latest).toMatchObject({
      level: "warning",
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: "odd%3A%20%231%20name%3F.yaml", uriBaseId: "SRCROOT" },
            region: { startLine: 12, startColumn: 11 },
          },
        },
      ],
      suppressions: [{ kind: "external", justification: "replaced by next quarter (until 2030-01-01)" }],
    });
    expect(run?.tool.driver.rules[Number(latest?.["ruleIndex"])]?.id).toBe("disallow-latest-tag");
    expect(run?.results.find(({ ruleId }) => ruleId === "no-applications")?.["locations"]).toBeUndefined();
  });

  test("a finding is the same one after lines were added above it", () => {
    const [once, again] = ["", "# a\n# b\n"].map((above) => {
      const report = judgeRepository(platformOf({ "a.yaml": above + deployment("web", { image: "a/b" }) }));
      return (sarifOf(report, "1") as Sarif).runs[0]?.results.map(({ partialFingerprints }) => partialFingerprints);
    });
    expect(once).toEqual(again);
    expect(new Set(once?.map((one) => JSON.stringify(one))).size).toBe(once?.length);
  });
});
