/**
 * A larger request for a claim that exists, where its class lets volumes grow. Kubernetes never makes a volume smaller
 * again (kubernetes.io/docs/concepts/storage/persistent-volumes, "Expanding Persistent Volumes Claims"), so a person is
 * always asked, and the change says that a revert of it cannot be applied.
 */
import * as z from "zod";
import { withChanges } from "../../repository/change.ts";
import { ofKind } from "../../repository/lookup.ts";
import type { Platform, RepositoryApplication, Resource } from "../../repository/platform.ts";
import { parseQuantity } from "../../repository/quantity.ts";
import { quotaRoom } from "../../repository/quota.ts";
import { allowsExpansion, knownClaims, storageClass } from "../../repository/storage-classes.ts";
import { at, textAt } from "../../repository/values.ts";
import { editResource } from "../edit/workload-edit.ts";
import {
  bestFirst,
  type Candidate,
  type IntentDefinition,
  type OpenPlace,
  type Rendered,
  type Survey,
} from "../intent.ts";
import { labelName, objectName, quantity } from "../schema.ts";
import { editableIn, findResource } from "../targets.ts";
import { sizeProblem } from "./add-volume-claim-size.ts";
import { needOf } from "./expand-volume-claim-need.ts";

const KIND = "PersistentVolumeClaim";
const SIZE = ["spec", "resources", "requests", "storage"] as const;
/** A typing error is not to be paid for until somebody copies the data by hand. */
const MOST_TIMES = 10;

const schema = z.strictObject({
  kind: z.literal("expand-volume-claim"),
  claim: z.strictObject({ namespace: labelName, name: objectName }),
  requests: z.strictObject({ storage: quantity }),
});
export type ExpandVolumeClaim = z.infer<typeof schema>;

export const expandVolumeClaim: IntentDefinition<ExpandVolumeClaim> = {
  kind: "expand-volume-claim",
  purpose: "A larger request for an existing PersistentVolumeClaim whose storage class lets volumes grow.",
  schema,
  sizesPods: true,
  candidates(platform) {
    return ofKind(platform, KIND)
      .map((claim): Candidate<ExpandVolumeClaim> | undefined => {
        const { namespace, name, application } = claim;
        const need = needOf(platform, claim);
        if (need === undefined || namespace === undefined || application === undefined) return undefined;
        // Without a person who knows better, only what the repository itself says can be counted on.
        if (growth(platform, claim) !== "allowed") return undefined;
        const intent: ExpandVolumeClaim = {
          kind: "expand-volume-claim",
          claim: { namespace, name },
          requests: { storage: need.size },
        };
        const rendered = render(intent, platform);
        if (rendered.kind === "refused") return undefined;
        const target = `${KIND} ${namespace}/${name}`;
        return { intent, target, namespace, because: need.because, application: rendered.application, rank: 1 };
      })
      .filter((candidate) => candidate !== undefined)
      .sort(bestFirst);
  },
  survey,
  render,
};

function survey(platform: Platform): Survey {
  const done: string[] = [];
  const open: OpenPlace[] = [];
  for (const claim of ofKind(platform, KIND)) {
    const { namespace, name, path, application } = claim;
    if (application === undefined) continue;
    const need = needOf(platform, claim);
    if (need === undefined) done.push(`${path}: nothing says that ${KIND} ${namespace ?? ""}/${name} is too small`);
    else {
      const checked = checkClaim(platform, claim);
      const grows =
        growth(platform, claim) === "allowed" ? need.because : "nothing says that its class lets volumes grow";
      open.push({
        target: `${KIND} ${namespace ?? ""}/${name}`,
        namespace,
        because: typeof checked === "string" ? checked : grows,
      });
    }
  }
  return { done, open };
}

/** What the repository says of the claim's class. */
function growth(platform: Platform, { object }: Resource): "allowed" | "refused" | "unknown" {
  const known = storageClass(platform, textAt(object, "spec", "storageClassName"));
  if (known === undefined) return "unknown";
  return allowsExpansion(known) ? "allowed" : "refused";
}

function checkClaim(platform: Platform, claim: Resource): RepositoryApplication | string {
  const application = editableIn(platform, claim);
  if (typeof application === "string") return application;
  const { object, name } = claim;
  const className = textAt(object, "spec", "storageClassName");
  if (at(object, "spec", "storageClassName") === "" || at(object, "spec", "volumeName") !== undefined)
    return `${KIND} ${name} is bound to a volume somebody made by hand`;
  if (growth(platform, claim) === "refused")
    return `storage class ${className ?? "(default)"} does not let volumes grow (allowVolumeExpansion)`;
  return application;
}

function render({ claim: { namespace, name }, requests }: ExpandVolumeClaim, platform: Platform): Rendered {
  const claim = findResource(platform, KIND, namespace, name);
  if (typeof claim === "string") return refused(templateOf(platform, namespace, name) ?? claim);
  const application = checkClaim(platform, claim);
  if (typeof application === "string") return refused(application);
  const target = `${KIND} ${namespace}/${name}`;
  const [now, wanted] = [parseQuantity(at(claim.object, ...SIZE)), parseQuantity(requests.storage)];
  if (now === undefined || wanted === undefined) return refused(`${target} does not say how large it is`);
  const said = String(at(claim.object, ...SIZE));
  if (wanted <= now)
    return refused(`${target} has ${said}; a volume never gets smaller, and ${requests.storage} is not more`);
  if (wanted > now * MOST_TIMES)
    return refused(`${requests.storage} is more than ${MOST_TIMES} times the ${said} of ${target}`);
  if (at(claim.object, "spec", "resources", "limits", "storage") !== undefined)
    return refused(`${target} has a limit as well`);
  const problem = sizeProblem(platform, namespace, requests.storage);
  if (problem !== undefined) return refused(problem);
  const file = editResource(platform, claim, [{ path: SIZE, replace: requests.storage }]);
  if (typeof file === "string") return refused(file);
  const over = quotaRoom(platform, withChanges(platform, [file]), namespace).find(({ verdict }) => verdict === "over");
  if (over !== undefined) return refused(over.message);
  const className = textAt(claim.object, "spec", "storageClassName") ?? "the default class";
  const unknown = `The repository does not say whether ${className} lets volumes grow; where it does not, Kubernetes refuses the change`;
  return {
    kind: "rendered",
    files: [file],
    objects: [{ apiVersion: claim.apiVersion, kind: KIND, namespace, name, effect: "change" }],
    application: application.name,
    changes: [
      `${target} grows from ${said} to ${requests.storage}`,
      ...(growth(platform, claim) === "unknown" ? [unknown] : []),
      "It cannot be taken back: Kubernetes refuses to make a volume smaller, so a revert in Git would not be applied",
    ],
  };
}

/** Claims of a StatefulSet are made from its templates, which cannot be changed. */
function templateOf(platform: Platform, namespace: string, name: string): string | undefined {
  const owner = knownClaims(platform).find(
    (one) => one.namespace === namespace && one.users.some((user) => name.startsWith(`${one.name}-${user.name}-`)),
  );
  const set = owner?.users.find((user) => name.startsWith(`${owner.name}-${user.name}-`));
  return set === undefined
    ? undefined
    : `${KIND} ${namespace}/${name} comes from the volumeClaimTemplates of StatefulSet ${set.name}, which Kubernetes does not let change`;
}

function refused(because: string): Rendered {
  return { kind: "refused", because };
}
