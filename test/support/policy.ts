/** Policy in tests: a small repository, and the rules a change of it meets. */
import { type ChangeSet, changeSet, type FileChange, type ObjectRef } from "../../shared/domain/change-set.ts";
import { judge } from "../../shared/policy/judge.ts";
import { reviewOf } from "../../shared/policy/review.ts";
import type { PolicySettings } from "../../shared/policy/settings.ts";
import type { Platform } from "../../shared/repository/platform.ts";
import { application, deployment, platformOf, SIZED, service } from "./platform.ts";

export const policyBase = {
  "apps/shop.yaml": application("shop", "shop", "shop"),
  "apps/other.yaml": application("other", "other", "other"),
  "shop/web.yaml": deployment("web", { extra: SIZED }),
  "shop/web-service.yaml": service("web", 80),
  "other/x.yaml": service("x", 80),
};

/** A change set that says of its objects what is true. */
export function honest(platform: Platform, files: readonly FileChange[], app = "shop"): ChangeSet {
  const review = reviewOf(changeSet(files, [], app), platform, {});
  const objects = review.changes.map(({ before, after }): ObjectRef => {
    const { apiVersion, kind, namespace, name } = (after ?? before) as NonNullable<typeof after>;
    const effect = after === undefined ? "delete" : before === undefined ? "create" : "change";
    return { apiVersion, kind, name, effect, ...(namespace === undefined ? {} : { namespace }) };
  });
  return changeSet(files, objects, app);
}

/** `<decision> <rule>` of every rule that fires when these files are written (null: deleted). */
export function rulesOf(
  write: Record<string, string | null>,
  settings: PolicySettings = {},
  texts: Record<string, string> = policyBase,
): string[] {
  const platform = platformOf(texts);
  const files = Object.entries(write).map(([path, after]) => ({
    path,
    before: platform.files.get(path)?.blob ?? null,
    after,
  }));
  const verdict = judge(honest(platform, files), platform, settings);
  return [...new Set(verdict.rules.map(({ rule, decision }) => `${decision} ${rule}`))].sort();
}

/** A Kubernetes object called `new`; `rest` is everything after its metadata. */
export function newObject(kind: string, rest: string, apiVersion = "v1"): string {
  return `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: {name: new}\n${rest}`;
}
