/** The workflows: valid, no more rights than they need, and nothing that can change behind their back. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { validateWorkflow } from "@action-validator/core";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { IMAGES } from "../../../build/images/programs.ts";
import packageJson from "../../../package.json" with { type: "json" };
import { root } from "../../repo/imports.ts";

const folder = path.join(root, ".github/workflows");
const files = readdirSync(folder);
const textOf = (file: string) => readFileSync(path.join(folder, file), "utf8");

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}
interface Job {
  readonly if?: string;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly "timeout-minutes"?: number;
  readonly strategy?: { readonly matrix: Readonly<Record<string, readonly string[]>> };
  readonly steps: readonly Step[];
}
interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions: unknown;
  readonly jobs: Readonly<Record<string, Job>>;
}
const workflow = (file: string) => parse(textOf(file)) as Workflow;
const stepsOf = (file: string) => Object.values(workflow(file).jobs).flatMap(({ steps }) => steps);

/** The validator's schema is older than this permission; everything else of the file is held to it. */
const known = (text: string) => text.replace(/^ +attestations: write\n/m, "");

test("there are those for tests, for faults, for images and for known weaknesses", () => {
  expect(files.sort()).toEqual(["advisories.yml", "chaos.yml", "ci.yml", "images.yml"]);
});

describe.each(files)("%s", (file) => {
  test("is a workflow by GitHub's schema", () => {
    expect(validateWorkflow(known(textOf(file))).errors).toEqual([]);
  });

  test("pins every action to a commit and says which version that is", () => {
    const lines = textOf(file)
      .split("\n")
      .filter((line) => /\buses:/.test(line));
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) expect(line).toMatch(/uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
    expect(textOf(file)).not.toMatch(/runs-on: \S*-latest/);
  });

  test("reads and no more, unless a job says what it needs; and leaves no token in the checkout", () => {
    expect(workflow(file).permissions).toEqual({ contents: "read" });
    for (const step of stepsOf(file).filter(({ uses }) => uses?.startsWith("actions/checkout@")))
      expect(step.with).toEqual({ "persist-credentials": false });
  });

  test("never runs strangers' code with our rights, nor strangers' words as a command", () => {
    expect(Object.keys(workflow(file).on)).not.toContain("pull_request_target");
    for (const { run = "" } of stepsOf(file)) expect(run).not.toContain("${{");
    for (const job of Object.values(workflow(file).jobs)) expect(job["timeout-minutes"]).toBeGreaterThan(0);
  });
});

test("a misspelt key would be refused", () => {
  expect(validateWorkflow(textOf("ci.yml").replace("steps:", "step:")).errors).not.toEqual([]);
});

test("ci runs the two commands on the oldest Node promised and on the one the school runs on", () => {
  const { test: tests, check } = workflow("ci.yml").jobs;
  expect(tests?.steps.map(({ run }) => run)).toContain("npm test");
  expect(check?.steps.map(({ run }) => run)).toContain("npm run check");
  const nodes = tests?.strategy?.matrix["node"];
  expect(nodes).toContain(packageJson.engines.node.replace(">=", ""));
  expect(nodes).toContain(packageJson.devDependencies.node.split(".")[0]);
});

describe("images", () => {
  const { build, publish } = workflow("images.yml").jobs;

  test("each program has one, whether tried or published", () => {
    for (const job of [build, publish]) expect(job?.strategy?.matrix["stage"]).toEqual(IMAGES);
  });

  test("a change to anything an image is made of builds them", () => {
    const { paths } = workflow("images.yml").on["pull_request"] as { paths: readonly string[] };
    const seen = readFileSync(path.join(root, ".dockerignore"), "utf8")
      .split("\n")
      .flatMap((line) => (line.startsWith("!") && line !== "!LICENSE" ? [line.slice(1).replace(/\/$/, "/**")] : []));
    expect([...paths].sort()).toEqual([...seen, ".dockerignore", ".github/workflows/images.yml"].sort());
  });

  test("what is built is started as the cluster would: read-only, without rights, as the image's own user", () => {
    const [, name = ""] = /^tried\/(.*)$/.exec(String(build?.steps.at(-2)?.with?.["tags"])) ?? [];
    expect(name).toBe("${{ matrix.stage }}");
    expect(build?.steps.at(-2)?.with).toMatchObject({ load: true, push: false });
    const run = build?.steps.at(-1)?.run ?? "";
    for (const words of ["--read-only", "--tmpfs /tmp", "--cap-drop ALL", "--network none", '"$IMAGE"'])
      expect(run).toContain(words);
    expect(run).not.toContain("--user");
  });

  test("only a tag publishes, with the rights for that and no others", () => {
    expect(publish).toMatchObject({
      if: "github.ref_type == 'tag'",
      permissions: { contents: "read", packages: "write", "id-token": "write", attestations: "write" },
    });
    expect(build?.permissions).toBeUndefined();
    const pushes = (job: Job | undefined) =>
      (job?.steps ?? []).filter(
        ({ with: given }) => /push=true/.test(String(given?.["outputs"])) || given?.["push"] === true,
      );
    expect(pushes(build)).toEqual([]);
    expect(pushes(publish)).toHaveLength(1);
  });

  test("what is published says what is in it and where it comes from, bound to its digest", () => {
    const attested = publish?.steps.filter(({ uses }) => uses?.startsWith("actions/attest-")) ?? [];
    expect(attested.map(({ uses }) => uses?.split("@")[0])).toEqual([
      "actions/attest-sbom",
      "actions/attest-build-provenance",
    ]);
    for (const step of attested)
      expect(step.with).toMatchObject({
        "subject-digest": "${{ steps.build.outputs.digest }}",
        "push-to-registry": true,
      });
  });
});
