/** Validates improvements against folders: the same checks as in a school, with nothing past and no metrics. */
import { notLooked, runChecks } from "../../functions/validate/checks.ts";
import type { Improvement, ValidationFinding } from "../../shared/domain/improvement.ts";
import type { GitReader, History } from "../../shared/ports.ts";
import type { PlatformOptions } from "../../shared/repository/platform.ts";
import type { Proposed } from "./improvement-file.ts";
import type { OpenFolders } from "./open-folders.ts";

/** As the pipeline would decide: any conflict, else anything unknown, else pass. */
export type Result = ValidationFinding["result"];

export interface Checked {
  readonly result: Result;
  readonly findings: readonly ValidationFinding[];
}

/** `past`: what was proposed before, and verified unless it says otherwise. Throws only the signal's reason. */
export async function checkImprovement(
  proposed: Proposed,
  past: readonly Proposed[],
  { knowledge, git }: Pick<OpenFolders, "knowledge" | "git">,
  platform: PlatformOptions,
  signal: AbortSignal,
): Promise<Checked> {
  const improvement: Improvement = { ...proposed, status: "categorized", created_at: new Date().toISOString() };
  const earlier = past.map((one): Improvement => ({ ...one, status: one.status ?? "verified" }));
  const history: Pick<History, "recent"> = { recent: async (most) => earlier.slice(0, most) };
  const findings = await runChecks(
    improvement,
    { git: git ?? noRepository, history, knowledge, settings: { platform } },
    (check, error) => {
      signal.throwIfAborted();
      return notLooked(check, error);
    },
    signal,
  );
  const worst = (["conflict", "unknown"] as const).find((result) => findings.some((one) => one.result === result));
  return { result: worst ?? "pass", findings };
}

const noRepository: GitReader = {
  head: () => Promise.reject(new Error("no GitOps repository was given: name it with --gitops")),
  tree: async () => new Map(),
  read: async () => new Map(),
  isAncestor: async () => false,
};
