/** Reads a prompt's file: front matter, and the sections that are its templates. */
import { parse } from "yaml";
import * as z from "zod";
import type { PromptSource, Text, Variable } from "../../shared/prompts/source.ts";
import { type PromptFile, PromptProblems } from "./files.ts";
import { templateProblems } from "./template-rules.ts";

const FRONT_MATTER = /^---\n([\s\S]*?)\n---\n/u;
const HEADING = /^# (shared|system|user)$/mu;

const Max = z.int().positive();
const TextShape: z.ZodType<Text> = z.strictObject({ type: z.enum(["line", "text", "trusted"]), max: Max });
/** `has_<name>`, `number` and `answer` are there by themselves; strings have a `length` of their own. */
const Name = z
  .string()
  .regex(
    /^(?!has_|number$|answer$|length$)[a-z][a-z0-9_]*$/,
    "a variable is named in small letters, digits and _, and not has_…, number, answer or length",
  );
const VariableShape: z.ZodType<Variable> = z.lazy(() =>
  z.union([
    TextShape,
    z.strictObject({ type: z.literal("list"), max: Max, item: TextShape }),
    z.strictObject({ type: z.literal("list"), max: Max, fields: z.record(Name, VariableShape) }),
  ]),
);
const FrontMatter = z.strictObject({
  version: Max,
  model: z.enum(["cheap", "balanced", "strong"]),
  answer: z.string().regex(/^[A-Za-z0-9_]{1,64}$/),
  max_tokens: Max.max(128_000),
  variables: z.record(Name, VariableShape),
});

/** Throws PromptProblems with everything that is wrong with it. */
export function parsePrompt(file: PromptFile): PromptSource {
  const [head = "", yaml] = FRONT_MATTER.exec(file.text) ?? [];
  if (yaml === undefined)
    throw new PromptProblems([`${file.path}: it does not begin with front matter between two lines ---`]);
  const { version, model, answer, max_tokens: maxTokens, variables } = frontMatterOf(file, yaml);
  const [before = "", ...rest] = file.text.slice(head.length).split(HEADING);
  const sections = rest.flatMap((title, index) =>
    index % 2 === 0 ? [{ title, text: (rest[index + 1] ?? "").trim() }] : [],
  );
  const shared = sections.filter(({ title }) => title === "shared").map(({ text }) => text);
  const order = sections.map(({ title }) => title).join(" ");
  if (before.trim() !== "" || !/^(shared )*system user$/u.test(order)) {
    throw new PromptProblems([
      `${file.path}: after the front matter come the sections # shared (none or more), # system and # user`,
    ]);
  }
  const [system, user] = [sections.at(-2)?.text ?? "", sections.at(-1)?.text ?? ""];
  const source: PromptSource = {
    name: `${file.stage}/${file.name}`,
    version,
    sha256: file.sha256,
    model,
    answer,
    maxTokens,
    variables,
    shared,
    system,
    user,
  };
  const problems = templateProblems(source);
  if (version !== file.version) problems.unshift(`version ${version} stands in the file of version ${file.version}`);
  if (sections.some(({ text }) => text === "")) problems.unshift("a section is empty");
  if (problems.length > 0) throw new PromptProblems(problems.map((problem) => `${file.path}: ${problem}`));
  return source;
}

function frontMatterOf({ path }: PromptFile, yaml: string): z.infer<typeof FrontMatter> {
  let value: unknown;
  try {
    value = parse(yaml);
  } catch (error) {
    throw new PromptProblems([`${path}: ${error instanceof Error ? error.message : String(error)}`]);
  }
  const parsed = FrontMatter.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => {
    const said = issue.code === "invalid_key" ? issue.issues.map(({ message }) => message).join(", ") : issue.message;
    return `${path}: ${issue.path.join(".") || "front matter"}: ${said}`;
  });
  throw new PromptProblems(problems);
}
