/** Renders the approved intent on the head again, without a model, and says whether it is still what was approved. */
import { createTwoFilesPatch } from "diff";
import { type ChangeSet, isWorse, type RuleHit, type Verdict } from "../../shared/domain/change-set.ts";
import { renderChangeSet } from "../../shared/intents/render.ts";
import type { PolicySettings } from "../../shared/policy/settings.ts";
import type { Platform } from "../../shared/repository/platform.ts";
import type { Approved } from "./approval.ts";

export type RenderedAgain =
  | {
      readonly kind: "same";
      readonly changeSet: ChangeSet;
      readonly verdict: Verdict;
      readonly changes: readonly string[];
    }
  | {
      readonly kind: "differs";
      readonly changeSet: ChangeSet;
      readonly verdict: Verdict;
      readonly because: string;
      /** For the trail: what a person has to look at anew. */
      readonly difference: { readonly files: readonly string[]; readonly rules: readonly RuleHit[] };
    }
  | { readonly kind: "refused"; readonly because: string };

export function renderAgain(approved: Approved, platform: Platform, policy: PolicySettings): RenderedAgain {
  const rendered = renderChangeSet(approved.intent, platform, policy);
  if (rendered.kind === "refused") return rendered;

  const { changeSet, verdict, changes } = rendered;
  const reasons: string[] = [];
  const paths = changedPaths(approved.changeSet, changeSet);
  if (changeSet.hash !== approved.changeSet.hash) {
    reasons.push(`the repository moved on and the change is another one now (${paths.join(", ") || "its files"})`);
  }
  if (changeSet.application !== approved.changeSet.application) {
    reasons.push(`it is the Application ${changeSet.application} now, not ${approved.changeSet.application}`);
  }
  const rules = newRules(approved.verdict, verdict);
  if (isWorse(verdict.decision, approved.approval.verdict)) {
    const said = rules.map(({ rule, message }) => `${rule}: ${message}`).join("; ");
    reasons.push(`policy now says ${verdict.decision}, not ${approved.approval.verdict} (${said})`);
  }
  if (reasons.length === 0) return { kind: "same", changeSet, verdict, changes };
  const files = paths.map((path) => patchOf(path, approved.changeSet, changeSet));
  return { kind: "differs", changeSet, verdict, because: reasons.join("; "), difference: { files, rules } };
}

function changedPaths(approved: ChangeSet, now: ChangeSet): string[] {
  const paths = new Set([...approved.files, ...now.files].map(({ path }) => path));
  return [...paths].filter((path) => {
    const [was, is] = [fileAt(approved, path), fileAt(now, path)];
    return was?.before !== is?.before || was?.after !== is?.after;
  });
}

/** From what was approved to what it would be now; cut, because it only goes into the trail. */
function patchOf(path: string, approved: ChangeSet, now: ChangeSet): string {
  const [was, is] = [fileAt(approved, path), fileAt(now, path)];
  const patch = createTwoFilesPatch(path, path, was?.after ?? "", is?.after ?? "", "approved", "now");
  return patch.length <= PATCH_MAX ? patch : `${patch.slice(0, PATCH_MAX)}\n…`;
}

const PATCH_MAX = 8_000;

function fileAt({ files }: ChangeSet, path: string) {
  return files.find((file) => file.path === path);
}

function newRules(approved: Verdict, now: Verdict): RuleHit[] {
  return now.rules.filter(
    (hit) => !approved.rules.some(({ rule, decision }) => rule === hit.rule && decision === hit.decision),
  );
}
