/** From a stored intent to a change set with its verdict; the same on every call for the same repository. */
import { type ChangeSet, changeSet, type FileChange, type Verdict } from "../domain/change-set.ts";
import type { StoredIntent } from "../domain/improvement.ts";
import { judge } from "../policy/judge.ts";
import type { PolicySettings } from "../policy/settings.ts";
import { withChanges } from "../repository/change.ts";
import { coveringApplication } from "../repository/coverage.ts";
import type { Platform } from "../repository/platform.ts";
import { intents } from "./registry.ts";

export type RenderedChangeSet =
  | {
      readonly kind: "rendered";
      readonly changeSet: ChangeSet;
      readonly verdict: Verdict;
      /** Lines for the commit message. */
      readonly changes: readonly string[];
    }
  | { readonly kind: "refused"; readonly because: string };

/**
 * Renders `intent` on `platform`. Refused: unknown kind, fields that do not fit its schema, a target that is not there,
 * no effect, or paths that are not all read by one and the same Application. A denied change set is rendered: its
 * verdict says so.
 */
export function renderChangeSet(
  intent: StoredIntent,
  platform: Platform,
  policy: PolicySettings = {},
): RenderedChangeSet {
  const definition = intents.get(intent.kind);
  if (definition === undefined) return refused(`no intent is known by the name ${JSON.stringify(intent.kind)}`);
  const rendered = definition.render(intent, platform);
  if (rendered.kind === "refused") return rendered;
  const files = rendered.files.filter(({ path, after }) => (platform.files.get(path)?.content ?? null) !== after);
  if (files.length === 0) return refused("the repository already is what this would make of it");
  const problem = uncovered(files, rendered.application, platform);
  if (problem !== undefined) return refused(problem);
  const set = changeSet(files, rendered.objects, rendered.application);
  return { kind: "rendered", changeSet: set, verdict: judge(set, platform, policy), changes: rendered.changes };
}

/** Asks the repository as it would be afterwards who reads each path, so that new files count as Argo CD would. */
function uncovered(files: readonly FileChange[], application: string, platform: Platform): string | undefined {
  const after = withChanges(platform, files);
  for (const { path, after: content } of files) {
    const covering = coveringApplication(content === null ? platform : after, path);
    if (typeof covering === "string") return covering;
    if (covering.name !== application) return `${path} is read by ${covering.name}, not by ${application}`;
  }
  return undefined;
}

function refused(because: string): RenderedChangeSet {
  return { kind: "refused", because };
}
