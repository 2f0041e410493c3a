/** Is what landed what was approved? Reviewers may push to the branch, and the branch below it moves on. */
import type { ChangeSet, Verdict } from "../../shared/domain/change-set.ts";
import type { Improvement, LandedCommit } from "../../shared/domain/improvement.ts";
import { renderChangeSet } from "../../shared/intents/render.ts";
import { changeSetOf, judge } from "../../shared/policy/judge.ts";
import type { PolicySettings } from "../../shared/policy/settings.ts";
import type { GitReader } from "../../shared/ports.ts";
import { landedFiles, sameResult } from "../../shared/repository/landed.ts";
import { loadPlatform } from "../../shared/repository/load.ts";
import type { Platform, PlatformOptions } from "../../shared/repository/platform.ts";
import { PermanentError } from "../../shared/runtime/errors.ts";

export type WhatLanded =
  | { readonly kind: "nothing" }
  | { readonly kind: "approved"; readonly changeSet: ChangeSet }
  | { readonly kind: "edited"; readonly changeSet: ChangeSet; readonly verdict: Verdict };

/**
 * Compares by result: the same text in the same files is the same change. The branch may have moved below the request; then
 * what the stored intent makes of it counts as approved, too.
 */
export async function whatLanded(
  { change_set: approved, intent }: Improvement,
  { before, last }: LandedCommit,
  git: GitReader,
  settings: { readonly platform: PlatformOptions; readonly policy: PolicySettings },
  now: number,
): Promise<WhatLanded> {
  if (approved === undefined) throw new PermanentError("the record holds no change set to compare with what landed");
  if (before === undefined) throw new PermanentError(`nobody can tell where the branch stood before ${last} landed`);
  const files = await landedFiles(git, { before, last });
  if (files.length === 0) return { kind: "nothing" };
  if (sameResult(files, approved.files)) return { kind: "approved", changeSet: approved };
  const platform = await loadPlatform(git, before, settings.platform);
  const policy = { ...settings.policy, now };
  const rendered = intent === undefined ? undefined : renderChangeSet(intent, platform, policy);
  if (rendered?.kind === "rendered" && sameResult(files, rendered.changeSet.files)) {
    return { kind: "approved", changeSet: rendered.changeSet };
  }
  const after = await loadPlatform(git, last, settings.platform);
  const concerned = files.filter(({ path }) => isRead(path, platform) || isRead(path, after));
  if (concerned.length === 0) return { kind: "nothing" };
  const changeSet = changeSetOf(concerned, approved.application, platform);
  return { kind: "edited", changeSet, verdict: judge(changeSet, platform, policy) };
}

/** A text beside the manifests reaches no cluster. */
function isRead(path: string, { readers }: Platform): boolean {
  return readers.has(path);
}
