/** The shape of the External Secrets Operator's ExternalSecret, and who is asked about one. */
import * as z from "zod";
import { type ObjectRule, problemAt } from "../review.ts";

const text = z.string().min(1);

/** Values the CRD allows (external-secrets.io/latest/api/externalsecret); fields beside those named here may be there. */
const RemoteRef = z.looseObject({
  key: text,
  property: z.string().optional(),
  version: z.string().optional(),
  metadataPolicy: z.enum(["None", "Fetch"]).optional(),
  conversionStrategy: z.enum(["Default", "Unicode"]).optional(),
  decodingStrategy: z.enum(["Auto", "Base64", "Base64URL", "None"]).optional(),
});

const Target = z
  .looseObject({
    name: text.max(253).optional(),
    creationPolicy: z.enum(["Owner", "Orphan", "Merge", "None", "CreateOrMerge"]).optional(),
    deletionPolicy: z.enum(["Delete", "Merge", "Retain"]).optional(),
    immutable: z.boolean().optional(),
    template: z.looseObject({ type: z.string().optional() }).optional(),
  })
  .refine(
    ({ creationPolicy, deletionPolicy }) =>
      deletionPolicy !== "Delete" || !/^(\w*Merge|None)$/.test(creationPolicy ?? ""),
    {
      message: "deletionPolicy Delete would delete a Secret the operator did not create",
    },
  );

const ExternalSecret = z.looseObject({
  metadata: z.looseObject({ name: text }),
  spec: z.looseObject({
    secretStoreRef: z
      .looseObject({ name: text.optional(), kind: z.enum(["SecretStore", "ClusterSecretStore"]).optional() })
      .optional(),
    refreshInterval: z.string().optional(),
    refreshPolicy: z.enum(["CreatedOnce", "Periodic", "OnChange"]).optional(),
    target: Target.optional(),
    data: z
      .array(
        z.looseObject({
          secretKey: text.max(253).regex(/^[-._a-zA-Z0-9]+$/, "not a key of a Secret"),
          remoteRef: RemoteRef,
        }),
      )
      .optional(),
    dataFrom: z.array(z.looseObject({ extract: RemoteRef.optional(), find: z.looseObject({}).optional() })).optional(),
  }),
});

export function externalSecretProblem(object: unknown): string | undefined {
  const parsed = ExternalSecret.safeParse(object);
  if (parsed.success) return undefined;
  return parsed.error.issues
    .slice(0, 5)
    .map(({ path, message }) => `${path.join(".") || "object"}: ${message}`)
    .join("; ");
}

/** The store has to hold what it names, and a Secret that is there takes other values: nobody here can know either. */
export const humanExternalSecret: ObjectRule = {
  id: "always-human-external-secret",
  decision: "human",
  on: "written",
  check: ({ kind, apiVersion }) =>
    /^(Cluster)?ExternalSecret$/.test(kind) && apiVersion.startsWith("external-secrets.io/")
      ? [problemAt("it decides what a Secret holds", "spec")]
      : [],
};
