/** What there is an image of, and what it is called. */
import { STAGES, type StageName } from "../../shared/stages.ts";
import type { BundleRecord } from "../bundle/record.ts";

export type ImageProgram = StageName | "coordinator";

export const IMAGES: readonly ImageProgram[] = [...STAGES, "coordinator"];

export function isImage(program: string): program is ImageProgram {
  return (IMAGES as readonly string[]).includes(program);
}

/** Whether a program starts git: it reads or writes repositories over the git binary. */
export function needsGit({ sources }: Pick<BundleRecord, "sources">): boolean {
  return sources.includes("shared/adapters/git-cli.ts");
}
