/** Finds the prompts: functions/<stage>/prompts/<name>.v<n>.md, and puts the parts they share into them. */
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";

export interface PromptFile {
  readonly stage: string;
  /** Without the stage. */
  readonly name: string;
  readonly version: number;
  /** From the project's root. */
  readonly path: string;
  /** With its parts put in. */
  readonly text: string;
  /** Of `text`. */
  readonly sha256: string;
}

/** What is wrong with the prompts, for whoever writes them. */
export class PromptProblems extends Error {
  override name = "PromptProblems";
  constructor(problems: readonly string[]) {
    super(problems.join("\n"));
  }
}

const FILE_NAME = /^([a-z][a-z0-9-]*)\.v([1-9][0-9]{0,3})\.md$/;
const PART = /^\{\{>\s*([a-z][a-z0-9-]*\.v[1-9][0-9]{0,3})\s*\}\}$/gmu;

/** Every version of every prompt, by stage, name and version. Throws PromptProblems. */
export async function promptFiles(root: string): Promise<PromptFile[]> {
  const stages = await readdir(path.join(root, "functions"), { withFileTypes: true });
  const found = await Promise.all(
    stages
      .filter((entry) => entry.isDirectory())
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map(({ name }) => filesOf(root, name)),
  );
  return found.flat();
}

async function filesOf(root: string, stage: string): Promise<PromptFile[]> {
  const folder = path.join("functions", stage, "prompts");
  const entries = await readdir(path.join(root, folder)).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  const texts = entries.filter((entry) => entry.endsWith(".md"));
  const files = await Promise.all(texts.map((entry) => fileOf(root, stage, path.join(folder, entry))));
  return files.sort((a, b) => (a.name === b.name ? a.version - b.version : a.name < b.name ? -1 : 1));
}

async function fileOf(root: string, stage: string, file: string): Promise<PromptFile> {
  const [, name, version] = FILE_NAME.exec(path.basename(file)) ?? [];
  if (name === undefined || version === undefined) {
    throw new PromptProblems([
      `${file}: a prompt is called <name>.v<version>.md, in small letters, digits and hyphens`,
    ]);
  }
  const text = await withParts(root, file);
  const sha256 = createHash("sha256").update(text).digest("hex");
  return { stage, name, version: Number(version), path: file, text, sha256 };
}

/** A part is put in as it stands, once: parts have no parts. */
async function withParts(root: string, file: string): Promise<string> {
  const text = await textOf(root, file);
  const wanted = new Set([...text.matchAll(PART)].map(([, part = ""]) => part));
  const parts = new Map<string, string>();
  for (const part of wanted) {
    const from = path.join(path.dirname(file), "parts", `${part}.md`);
    const found = await textOf(root, from).catch((error: NodeJS.ErrnoException) => {
      throw error.code === "ENOENT" ? new PromptProblems([`${file}: ${from} is not there`]) : error;
    });
    parts.set(part, found.trim());
  }
  return text.replaceAll(PART, (_tag, part: string) => parts.get(part) ?? "");
}

/** Unix line ends, so that a checkout on another system has the same hash. */
async function textOf(root: string, file: string): Promise<string> {
  return (await readFile(path.join(root, file), "utf8")).replaceAll("\r\n", "\n");
}
