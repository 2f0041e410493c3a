/** Who may import whom. The authority on the architecture: a rule that is not here does not hold. */
import { describe, expect, test } from "vitest";
import { type Import, importsOf, sourceFiles } from "./imports.ts";

/** Anything that reaches the outside: Node's own I/O, and packages that talk to something. */
const IO = /^(node:(?!(crypto|util|buffer|path|assert|url)$).*|ioredis|@kubernetes\/client-node|pino|hono|@hono\/.*)$/;

interface Rule {
  readonly name: string;
  readonly applies: (from: string) => boolean;
  readonly forbids: (found: Import) => boolean;
}

const stageOf = (file: string) => /^functions\/([^/]+)\//.exec(file)?.[1];
const isWiring = (file: string) => /^functions\/[^/]+\/index\.ts$/.test(file);
/** A stage's logic: handle.ts and everything it may stand on. The coordinator is a process of its own. */
const isLogic = (file: string) => {
  return file.startsWith("functions/") && !isWiring(file) && stageOf(file) !== "coordinator";
};
const within =
  (...folders: string[]) =>
  (file: string) =>
    folders.some((folder) => file.startsWith(folder));
const runtimeContract = ["outcome", "errors", "stage", "config"].map((name) => `shared/runtime/${name}.ts`);

const rules: readonly Rule[] = [
  {
    name: "functions never import each other",
    applies: within("functions/"),
    forbids: ({ from, to }) => stageOf(to) !== undefined && stageOf(to) !== stageOf(from),
  },
  {
    name: "a stage's logic imports no adapter",
    applies: isLogic,
    forbids: ({ to }) => to.startsWith("shared/adapters/"),
  },
  {
    name: "a stage's logic opens nothing",
    applies: isLogic,
    forbids: ({ to, typeOnly }) => IO.test(to) && !typeOnly,
  },
  {
    name: "a stage's logic knows the runtime only by its contract",
    applies: isLogic,
    forbids: ({ to }) => to.startsWith("shared/runtime/") && !runtimeContract.includes(to),
  },
  {
    name: "a stage's logic does not know Redis",
    applies: isLogic,
    forbids: ({ to }) => to.startsWith("shared/pipeline/"),
  },
  {
    name: "domain stands on itself alone",
    applies: within("shared/domain/"),
    forbids: ({ to, typeOnly }) =>
      IO.test(to) ||
      (to.startsWith("shared/") && !to.startsWith("shared/domain/") && !(typeOnly && to === "shared/stages.ts")),
  },
  {
    name: "shared logic does no I/O",
    applies: within(
      "shared/repository/",
      "shared/intents/",
      "shared/policy/",
      "shared/checks/",
      "shared/argocd/",
      "shared/graph/",
      "shared/revert/",
      "shared/prompts/",
    ),
    forbids: ({ to, typeOnly }) => (IO.test(to) && !typeOnly) || to.startsWith("shared/adapters/"),
  },
  {
    name: "shared code knows no function and no build",
    applies: within("shared/"),
    forbids: ({ to }) => within("functions/", "build/", "test/")(to),
  },
  {
    name: "functions know nothing of the build",
    applies: within("functions/"),
    forbids: ({ to }) => within("build/", "test/")(to),
  },
  {
    name: "one adapter, one SDK: adapters do not import each other's SDK wrappers from functions or pipeline",
    applies: within("shared/adapters/"),
    forbids: ({ to }) => within("functions/", "shared/pipeline/")(to),
  },
  {
    name: "the registry is data: it knows the domain only",
    applies: (file) => file === "shared/stages.ts",
    forbids: ({ to }) => !to.startsWith("shared/domain/"),
  },
];

const allImports = sourceFiles("functions", "shared").flatMap((file) => importsOf(file));
const broken = ({ applies, forbids }: Rule, imports: readonly Import[]) =>
  imports.filter((found) => applies(found.from) && forbids(found)).map(({ from, to }) => `${from} -> ${to}`);

test.each(rules)("$name", (rule) => {
  expect(broken(rule, allImports)).toEqual([]);
});

describe("each rule catches a planted violation", () => {
  test.each<[string, string, string]>([
    ["functions never import each other", "functions/route/handle.ts", `import { x } from "../plan/x.ts";`],
    [
      "a stage's logic imports no adapter",
      "functions/route/handle.ts",
      `import { x } from "../../shared/adapters/git.ts";`,
    ],
    ["a stage's logic opens nothing", "functions/route/rules.ts", `import { readFile } from "node:fs/promises";`],
    ["a stage's logic opens nothing", "functions/route/rules.ts", `const x = await import("node:net");`],
    [
      "a stage's logic knows the runtime only by its contract",
      "functions/route/handle.ts",
      `import { consume } from "../../shared/runtime/consume.ts";`,
    ],
    [
      "a stage's logic does not know Redis",
      "functions/plan/a/b.ts",
      `import { k } from "../../../shared/pipeline/keys.ts";`,
    ],
    ["domain stands on itself alone", "shared/domain/approval.ts", `import {\n  a,\n  b,\n} from "node:fs";`],
    ["domain stands on itself alone", "shared/domain/approval.ts", `import { a } from "../runtime/errors.ts";`],
    ["shared logic does no I/O", "shared/policy/judge.ts", `import "node:child_process";`],
    [
      "shared code knows no function and no build",
      "shared/runtime/main.ts",
      `export { x } from "../../build/cli/main.ts";`,
    ],
    ["functions know nothing of the build", "functions/plan/index.ts", `import x from "../../build/bundle.ts";`],
    ["the registry is data: it knows the domain only", "shared/stages.ts", `import { z } from "zod";`],
  ])("%s: %s", (name, file, text) => {
    const rule = rules.find((candidate) => candidate.name === name);
    if (rule === undefined) throw new Error(`no rule "${name}"`);
    expect(broken(rule, importsOf(file, text))).toHaveLength(1);
  });
});
