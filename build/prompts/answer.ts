/** What `school prompts` answers. */
import { createTwoFilesPatch } from "diff";
import type { Variables } from "../../shared/prompts/source.ts";
import type { Common } from "../cli/command.ts";
import { Failure, UsageError } from "../cli/failure.ts";
import { harmless, type Style, type Terminal } from "../cli/terminal.ts";
import { type PromptFile, PromptProblems, promptFiles } from "./files.ts";
import { versionOf, versionsOf } from "./find.ts";
import { parsePrompt } from "./parse.ts";
import { newest } from "./render.ts";

/** `root`: of the project. Throws a Failure when a prompt is not written as it should be, or there is none. */
export async function listPrompts(root: string, { json }: Common, terminal: Terminal): Promise<void> {
  const files = await filesOf(root);
  const listed = newest(files).map((file) => {
    const { name, version, model, answer, maxTokens, variables } = explained(() => parsePrompt(file));
    const versions = versionsOf(files, name).map((one) => one.version);
    return {
      name,
      version,
      versions,
      model,
      answer,
      max_tokens: maxTokens,
      hash: hashOf(file),
      path: file.path,
      variables,
    };
  });
  if (json === true) return terminal.json(listed);
  const rows = listed.map(({ name, version, model, hash, variables }) => [
    name,
    `${version}`,
    model,
    hash,
    listOf(variables),
  ]);
  terminal.table(["PROMPT", "VERSION", "MODEL", "HASH", "VARIABLES"], rows);
}

/** `wanted`: a name, or a name and @version. */
export async function showPrompt(root: string, wanted: string, { json }: Common, terminal: Terminal): Promise<void> {
  const [name = "", version] = wanted.split("@");
  const versions = versionsOf(await filesOf(root), name);
  const file = version === undefined ? versions.at(-1) : versionOf(versions, version);
  if (file === undefined) throw new Failure(`No prompt is called ${name}`);
  if (json === true) return terminal.json({ ...explained(() => parsePrompt(file)), path: file.path });
  terminal.note(`${file.path}  ${hashOf(file)}`);
  terminal.line(harmless(file.text.trimEnd()));
}

export interface Compared {
  readonly name: string;
  readonly from: string | undefined;
  readonly to: string | undefined;
}

/** A unified diff. */
export async function diffPrompt(root: string, wanted: Compared, { json }: Common, terminal: Terminal): Promise<void> {
  const versions = versionsOf(await filesOf(root), wanted.name);
  const to = wanted.to === undefined ? versions.at(-1) : versionOf(versions, wanted.to);
  const from = wanted.from === undefined ? versions.at(-2) : versionOf(versions, wanted.from);
  if (from === undefined || to === undefined) {
    throw new Failure(`${to?.stage}/${to?.name} has only version ${to?.version}: there is nothing to compare it with`);
  }
  if (from === to) throw new UsageError(`version ${from.version} is compared with itself`);
  const patch = createTwoFilesPatch(from.path, to.path, from.text, to.text, hashOf(from), hashOf(to));
  if (json === true) {
    return terminal.json({ name: `${to.stage}/${to.name}`, from: from.version, to: to.version, diff: patch });
  }
  for (const line of harmless(patch.trimEnd()).split("\n")) terminal.line(painted(line, terminal));
}

function painted(line: string, terminal: Terminal): string {
  const styles: Readonly<Record<string, Style>> = { "+": "green", "-": "red", "@": "cyan" };
  const style = styles[line.charAt(0)];
  return style === undefined ? line : terminal.paint(style, line);
}

/** As answers on record name it. */
function hashOf({ sha256 }: PromptFile): string {
  return sha256.slice(0, 12);
}

/** Names and types, on lines of at most 80 signs. */
function listOf(variables: Variables): string {
  const lines: string[] = [];
  for (const [name, { type }] of Object.entries(variables)) {
    const last = lines.at(-1);
    const entry = `${name}:${type}`;
    if (last === undefined || last.length + entry.length > 79) lines.push(entry);
    else lines[lines.length - 1] = `${last} ${entry}`;
  }
  return lines.join("\n");
}

async function filesOf(root: string): Promise<PromptFile[]> {
  const files = await promptFiles(root).catch(asFailure);
  if (files.length === 0)
    throw new Failure(`No prompts lie in ${root}/functions: this needs a checkout of the project`);
  return files;
}

function explained<Value>(read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    return asFailure(error);
  }
}

function asFailure(error: unknown): never {
  throw error instanceof PromptProblems ? new Failure(error.message) : error;
}
