/** Writes what a stage imports of its prompts: the newest version of each, as TypeScript that bundles and runs as it is. */
import type { PromptSource } from "../../shared/prompts/source.ts";
import { type PromptFile, PromptProblems, promptFiles } from "./files.ts";
import { lockOf, lockPath } from "./lock.ts";
import { parsePrompt } from "./parse.ts";

/** The generated files (path -> text) of all stages with prompts. Throws PromptProblems. */
export async function renderPrompts(root: string): Promise<Map<string, string>> {
  const files = await promptFiles(root);
  const rendered = new Map<string, string>();
  const problems: string[] = [];
  for (const [stage, ofStage] of Map.groupBy(files, ({ stage }) => stage)) {
    const lock = await lockOf(root, stage, ofStage);
    problems.push(...lock.problems);
    rendered.set(lockPath(stage), lock.text);
    const sources = newest(ofStage).flatMap((file) => parsedOr(problems, file));
    rendered.set(`functions/${stage}/prompts/generated.ts`, moduleOf(sources));
  }
  if (problems.length > 0) throw new PromptProblems(problems);
  return rendered;
}

/** The prompt; or none, and what is wrong with it among the problems. */
function parsedOr(problems: string[], file: PromptFile): readonly PromptSource[] {
  try {
    return [parsePrompt(file)];
  } catch (error) {
    if (!(error instanceof PromptProblems)) throw error;
    problems.push(error.message);
    return [];
  }
}

/** Of each prompt the last version. `files` are in the order of their versions. */
export function newest(files: readonly PromptFile[]): PromptFile[] {
  return [...Map.groupBy(files, ({ stage, name }) => `${stage}/${name}`).values()].flatMap((versions) =>
    versions.slice(-1),
  );
}

function moduleOf(sources: readonly PromptSource[]): string {
  const prompts = sources.map((source) => {
    const { variables, ...plain } = source;
    const fields = Object.entries(plain).map(([field, value]) => `  ${field}: ${JSON.stringify(value)},\n`);
    const declared = Object.entries(variables).map(([name, variable]) => `    ${name}: ${JSON.stringify(variable)},\n`);
    return `export const ${constantOf(source.name)} = definePrompt({\n${fields.join("")}  variables: {\n${declared.join("")}  },\n});\n`;
  });
  return [
    "/** Written by `npm run generate` from the newest version of each prompt in this folder. */\n" +
      'import { definePrompt } from "../../../shared/prompts/prompt.ts";\n',
    ...prompts,
  ].join("\n");
}

/** `evaluate/second-opinion` -> `secondOpinionPrompt` */
function constantOf(name: string): string {
  const [, own = ""] = name.split("/");
  return `${own.replaceAll(/-([a-z0-9])/gu, (_hyphen, sign: string) => sign.toUpperCase())}Prompt`;
}
