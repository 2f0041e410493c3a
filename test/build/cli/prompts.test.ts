/** school prompts, as a person types it; and its differences, on a stage of two versions. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { terminal } from "../../../build/cli/terminal.ts";
import { diffPrompt, listPrompts, showPrompt } from "../../../build/prompts/answer.ts";
import { planPrompt } from "../../../functions/plan/prompts/generated.ts";
import { schoolCommand } from "./school.ts";

const school = (...args: string[]) => schoolCommand(["prompts", ...args], {});

test("lists every prompt with what answers on record name", async () => {
  const { code, out } = await school();
  expect(code).toBe(0);
  expect(out).toMatch(new RegExp(`plan/plan +1 +strong +${planPrompt.from.hash} +intents:trusted title:line`));
  expect(out).toMatch(/validate\/contradiction +1 +balanced/);
});

test("as JSON, with the declarations", async () => {
  const listed = JSON.parse((await school("list", "--json")).out) as Record<string, unknown>[];
  expect(listed.find(({ name }) => name === "plan/plan")).toMatchObject({
    version: 1,
    versions: [1],
    model: "strong",
    answer: "plan_change",
    max_tokens: 12_000,
    hash: planPrompt.from.hash,
    variables: { title: { type: "line", max: 200 } },
  });
});

test("shows one by its name alone", async () => {
  const { code, out, err } = await school("show", "contradiction");
  expect(code).toBe(0);
  expect(err).toContain("functions/validate/prompts/contradiction.v1.md");
  expect(out).toContain("# system\n\nYou check whether a proposed change");
});

test.each([
  [["show", "nobody"], 1, "No prompt is called nobody; there are "],
  [["show", "plan@7"], 1, "plan/plan has no version 7, but 1"],
  [["show", "plan@x"], 2, "x is no version"],
  [["diff", "plan", "1", "1"], 2, "compared with itself"],
])("%j ends with %i and says why", async (args, code, why) => {
  expect(await school(...args)).toMatchObject({ code, out: "", err: expect.stringContaining(why) });
});

let root = "";
beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), "prompts-"));
  for (const stage of ["oven", "shop"]) {
    const folder = path.join(root, "functions", stage, "prompts");
    await mkdir(folder, { recursive: true });
    for (const [version, how] of ["kindly", "kindly and quickly", "quickly"].entries()) {
      if (stage === "shop" && version > 0) continue;
      const head = `version: ${version + 1}\nmodel: cheap\nanswer: judge\nmax_tokens: 9\nvariables: {}`;
      const text = `---\n${head}\n---\n# system\nJudge ${how}.\n# user\nNow.\n`;
      await writeFile(path.join(folder, `judge.v${version + 1}.md`), text);
    }
  }
});
afterAll(() => rm(root, { recursive: true, force: true }));

async function said(run: (to: ReturnType<typeof terminal>) => Promise<void>): Promise<string> {
  let out = "";
  const stream = { write: (text: string) => ((out += text), true) } as unknown as NodeJS.WriteStream;
  await run(terminal(stream, stream, {}));
  return out;
}

test("the last two versions are compared, or the two that are named", async () => {
  const wanted = { name: "oven/judge", from: undefined, to: undefined };
  const last = await said((to) => diffPrompt(root, wanted, {}, to));
  expect(last).toMatch(/^-Judge kindly and quickly\.$/m);
  expect(last).toMatch(/^\+Judge quickly\.$/m);
  const first = await said((to) => diffPrompt(root, { ...wanted, from: "1", to: "v2" }, {}, to));
  expect(first).toMatch(/judge\.v1\.md[\s\S]*judge\.v2\.md[\s\S]*^\+Judge kindly and quickly\.$/m);
  const all = await said((to) => diffPrompt(root, { ...wanted, from: "1" }, { json: true }, to));
  expect(JSON.parse(all)).toMatchObject({ name: "oven/judge", from: 1, to: 3 });
});

test("the list names the newest, and a name two stages have is no answer", async () => {
  expect(await said((to) => listPrompts(root, {}, to))).toMatch(/oven\/judge +3 +cheap/);
  expect(await said((to) => showPrompt(root, "oven/judge@1", {}, to))).toContain("Judge kindly.\n");
  await expect(showPrompt(root, "judge", {}, undefined as never)).rejects.toThrow("each of oven/judge, shop/judge");
});

test("without a checkout it says what is missing", async () => {
  await mkdir(path.join(root, "empty/functions"), { recursive: true });
  await expect(listPrompts(path.join(root, "empty"), {}, undefined as never)).rejects.toThrow(
    "a checkout of the project",
  );
});
