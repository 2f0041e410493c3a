/** build/images/Dockerfile, read by a parser: its stages, and what each does. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { type Dockerfile, DockerfileParser, type From, type Instruction } from "dockerfile-ast";
import { root } from "../../repo/imports.ts";

export const TEXT = readFileSync(path.join(root, "build/images/Dockerfile"), "utf8");

export interface BuildStage {
  readonly name: string;
  /** Image or stage it begins with, as written. */
  readonly base: string;
  readonly steps: readonly Instruction[];
}

const parsed: Dockerfile = DockerfileParser.parse(TEXT);

/** In order; the last is the image. Arguments before the first FROM are not among them. */
export function stagesOf(): readonly BuildStage[] {
  const stages: { name: string; base: string; steps: Instruction[] }[] = [];
  for (const step of parsed.getInstructions()) {
    if (step.getKeyword() === "FROM") {
      const from = step as From;
      stages.push({ name: from.getBuildStage() ?? "", base: from.getImage() ?? "", steps: [] });
    } else stages.at(-1)?.steps.push(step);
  }
  return stages;
}

export function stageNamed(name: string): BuildStage {
  const found = stagesOf().find((stage) => stage.name === name);
  if (found === undefined) throw new Error(`the Dockerfile has no stage ${name}`);
  return found;
}

/** The image and everything it is built on in this file, the first first. */
export function lineOf(program: string): readonly BuildStage[] {
  const line: BuildStage[] = [];
  const stages = stagesOf();
  for (let stage = stages.at(-1); stage !== undefined; ) {
    line.unshift(stage);
    const base: string = stage.base.replace("${STAGE}", program);
    stage = stages.find(({ name }) => name !== "" && name === base);
  }
  return line;
}

/** What stands behind the keyword, on one line, variables as they are. */
export function wordsOf(step: Instruction): string {
  const raw = step.getRawArgumentsContent() ?? "";
  return raw.replaceAll(/\\\n\s*/g, "").trim();
}

/** Of a line of stages: `ENV`'s pairs, the later ones winning. */
export function environmentOf(line: readonly BuildStage[]): Record<string, string> {
  const steps = line.flatMap(({ steps }) => steps).filter((step) => step.getKeyword() === "ENV");
  return Object.fromEntries(
    steps.flatMap((step) => [...wordsOf(step).matchAll(/(\w+)=(\S+)/g)].map(([, name, value]) => [name, value])),
  );
}

/** The last step of that kind. */
export function lastOf(line: readonly BuildStage[], keyword: string): Instruction {
  const found = line.flatMap(({ steps }) => steps).findLast((step) => step.getKeyword() === keyword);
  if (found === undefined) throw new Error(`the Dockerfile has no ${keyword} for this image`);
  return found;
}

/** Values of the arguments before the first FROM. */
export function globalArguments(): Record<string, string | undefined> {
  return Object.fromEntries(
    parsed.getInitialARGs().map((arg) => [arg.getProperty()?.getName(), arg.getProperty()?.getValue() ?? undefined]),
  );
}
