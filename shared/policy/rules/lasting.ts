/** Changes whose effect outlives a revert, or goes with the pods it restarts: never without a person, whoever made the object. */
import type { RuleHit } from "../../domain/change-set.ts";
import type { Resource } from "../../repository/platform.ts";
import { parseQuantity } from "../../repository/quantity.ts";
import { at, itemsAt } from "../../repository/values.ts";
import { asWorkload } from "../../repository/workloads.ts";
import { placeIn } from "../place.ts";
import { nameOf, type Review, type ReviewRule } from "../review.ts";

const SIZE = ["spec", "resources", "requests", "storage"];

/** The API server refuses a smaller request than before (kubernetes: "field can not be less than previous value"). */
export const claimsNeverShrink: ReviewRule = (review) =>
  pairs(review, "PersistentVolumeClaim").flatMap(([before, after]) => {
    const [was, is] = [parseQuantity(at(before.object, ...SIZE)), parseQuantity(at(after.object, ...SIZE))];
    if (was === undefined || is === undefined || is >= was) return [];
    return [deny("claims-never-shrink", review, after, SIZE, "asks for less than before, which Kubernetes refuses")];
  });

const humanClaim: ReviewRule = (review) =>
  pairs(review, "PersistentVolumeClaim")
    .filter(([before, after]) => JSON.stringify(at(before.object, "spec")) !== JSON.stringify(at(after.object, "spec")))
    .map(([, after]) =>
      human("always-human-volume", review, after, ["spec"], "is a volume that exists, and no revert makes it smaller"),
    );

/** Another volume under a running workload begins empty. */
const humanVolumes: ReviewRule = (review) =>
  review.changes.flatMap(({ before, after }) => {
    const [was, is] = [before, after].map((one) => (one === undefined ? undefined : asWorkload(one)));
    if (was === undefined || is === undefined || after === undefined) return [];
    const claims = (spec: unknown) =>
      itemsAt(spec, "volumes")
        .map((one) => JSON.stringify(one["persistentVolumeClaim"] ?? null))
        .sort();
    const same =
      JSON.stringify(claims(was.podSpec).filter(isClaim)) === JSON.stringify(claims(is.podSpec).filter(isClaim));
    return same
      ? []
      : [human("always-human-volume", review, after, [...is.templatePath, "spec"], "gets other volumes for its data")];
  });

/** What a ConfigMap says may decide how a program keeps its data, or whether it starts. */
const humanSettings: ReviewRule = (review) =>
  pairs(review, "ConfigMap")
    .filter(([before, after]) => JSON.stringify(before.object) !== JSON.stringify(after.object))
    .map(([, after]) => human("always-human-settings", review, after, ["data"], "holds settings of programs that run"));

export const lasting: readonly ReviewRule[] = [claimsNeverShrink, humanClaim, humanVolumes, humanSettings];

function isClaim(text: string): boolean {
  return text !== "null";
}

/** Objects of a kind that were there and still are. */
function pairs({ changes }: Review, kind: string): readonly (readonly [Resource, Resource])[] {
  return changes.flatMap(({ before, after }) =>
    before?.kind === kind && after?.kind === kind ? [[before, after] as const] : [],
  );
}

const deny = (rule: string, review: Review, object: Resource, keys: readonly string[], message: string) =>
  hit({ rule, decision: "deny" }, review, object, keys, message);
const human = (rule: string, review: Review, object: Resource, keys: readonly string[], message: string) =>
  hit({ rule, decision: "human" }, review, object, keys, message);

function hit(
  what: Pick<RuleHit, "rule" | "decision">,
  { after: platform }: Review,
  object: Resource,
  keys: readonly string[],
  message: string,
): RuleHit {
  return { ...what, message: `${nameOf(object)} ${message}`, ...placeIn(platform, object, keys) };
}
