/**
 * Has a Secret that pods read, and nothing in Git makes, come from the secret store the repository uses. It names keys and
 * never holds a value. The Secret that may be there already is updated, never owned, so a revert leaves it as it is.
 */
import * as z from "zod";
import type { Platform } from "../../repository/platform.ts";
import { secretUses } from "../../repository/secrets.ts";
import type { Fields } from "../../repository/values.ts";
import { writeNewObjects } from "../edit/new-objects.ts";
import {
  bestFirst,
  type Candidate,
  type IntentDefinition,
  type OpenPlace,
  type Rendered,
  type Survey,
} from "../intent.ts";
import { labelName, objectName } from "../schema.ts";
import { type ExternalSecretPlan, externalSecretPlan, isFree, isKept } from "./external-secret-plan.ts";

const schema = z.strictObject({ kind: z.literal("add-external-secret"), namespace: labelName, secret: objectName });
export type AddExternalSecret = z.infer<typeof schema>;

export const addExternalSecret: IntentDefinition<AddExternalSecret> = {
  kind: "add-external-secret",
  purpose: "An ExternalSecret for a Secret that pods read and nothing in Git makes, from the store already in use.",
  schema,
  sizesPods: false,
  candidates(platform) {
    return targetsOf(platform)
      .map(({ namespace, secret }): Candidate<AddExternalSecret> | undefined => {
        const plan = externalSecretPlan(platform, namespace, secret);
        const intent: AddExternalSecret = { kind: "add-external-secret", namespace, secret };
        if ("because" in plan || render(intent, platform).kind === "refused") return undefined;
        return {
          intent,
          target: `Secret ${namespace}/${secret}`,
          namespace,
          because: `${plan.readers.slice(0, 3).join(", ")} cannot start without it, and nothing in Git makes it; named as in ${plan.model}`,
          application: plan.application.name,
          rank: plan.readers.length,
        };
      })
      .filter((candidate) => candidate !== undefined)
      .sort(bestFirst);
  },
  survey,
  render,
};

/** Every Secret pods of the repository read, once. */
function targetsOf(platform: Platform): readonly AddExternalSecret[] {
  const found = new Map<string, AddExternalSecret>();
  for (const { workload, secret } of secretUses(platform)) {
    const { namespace, resource } = workload;
    if (namespace === undefined || resource.application === undefined) continue;
    const parsed = schema.safeParse({ kind: "add-external-secret", namespace, secret });
    if (parsed.success) found.set(`${namespace}/${secret}`, parsed.data);
  }
  return [...found.values()];
}

function survey(platform: Platform): Survey {
  const done: string[] = [];
  const open: OpenPlace[] = [];
  const exempt: OpenPlace[] = [];
  for (const { namespace, secret } of targetsOf(platform)) {
    const kept = isKept(platform, namespace, secret);
    const plan = externalSecretPlan(platform, namespace, secret);
    const target = `Secret ${namespace}/${secret}`;
    if (kept !== undefined) done.push(kept);
    else if (!("because" in plan)) open.push({ target, namespace, because: "nothing in Git makes it" });
    else (plan.exempt ? exempt : open).push({ target, namespace, because: plan.because });
  }
  return { done, open, exempt };
}

function render({ namespace, secret }: AddExternalSecret, platform: Platform): Rendered {
  const plan = externalSecretPlan(platform, namespace, secret);
  if ("because" in plan) return refused(`Secret ${namespace}/${secret}: ${plan.because}`);
  if (!isFree(platform, namespace, secret)) return refused(`ExternalSecret ${namespace}/${secret} is already there`);
  const object = {
    apiVersion: plan.apiVersion,
    kind: "ExternalSecret",
    name: secret,
    body: { spec: specOf(plan, secret) },
  };
  const written = writeNewObjects(platform, plan.application, namespace, [object]);
  if (typeof written === "string") return refused(written);
  return {
    kind: "rendered",
    ...written,
    application: plan.application.name,
    changes: changesOf(plan, namespace, secret),
  };
}

/**
 * `Orphan` updates a Secret that is there and never has it deleted; `Retain` keeps it when the store loses the value
 * (external-secrets.io/latest/guides/ownership-deletion-policy).
 */
function specOf({ store, refreshInterval, data, type }: ExternalSecretPlan, secret: string): Fields {
  return {
    ...(refreshInterval === undefined ? {} : { refreshInterval }),
    secretStoreRef: { kind: store.kind, name: store.name },
    target: {
      name: secret,
      creationPolicy: "Orphan",
      deletionPolicy: "Retain",
      ...(type === undefined ? {} : { template: { type } }),
    },
    ...("extract" in data
      ? { dataFrom: [{ extract: { key: data.extract } }] }
      : {
          data: data.map(({ secretKey, key, property }) => ({
            secretKey,
            remoteRef: { key, ...(property === undefined ? {} : { property }) },
          })),
        }),
  };
}

function changesOf({ store, data, readers }: ExternalSecretPlan, namespace: string, secret: string): string[] {
  const places =
    "extract" in data
      ? data.extract
      : data.map(({ key, property }) => (property === undefined ? key : `${key} (${property})`)).join(", ");
  return [
    `Added ExternalSecret ${namespace}/${secret} from ${store.kind} ${store.name}, for ${readers.slice(0, 5).join(", ")}`,
    `A person has to see that the store holds ${places.slice(0, 400)}; a Secret that is there takes its values`,
  ];
}

function refused(because: string): Rendered {
  return { kind: "refused", because };
}
