/** The port ArgoCd over the Kubernetes API: Applications are read and patched, no Argo CD token is needed. */
import * as z from "zod";
import type { ArgoApplication, ArgoCd } from "../ports.ts";
import { PermanentError, RetryLater } from "../runtime/errors.ts";
import { type KubeClient, type KubeRequest, kubeClient } from "./kube-client.ts";
import type { ClusterSettings } from "./kube-config.ts";

/** Read leniently: a missing or null field is absent, an unknown one is ignored; only a name is needed. */
const text = z
  .string()
  .nullish()
  .transform((value) => value ?? undefined)
  .catch(undefined);
const texts = z
  .array(z.string())
  .nullish()
  .transform((value) => value ?? undefined)
  .catch(undefined);
const revisions = z.object({ revision: text, revisions: texts });
const Source = z.object({
  repoURL: z.string().catch(""),
  path: text,
  targetRevision: text,
  directory: z
    .object({ recurse: z.boolean().optional().catch(undefined), include: text, exclude: text })
    .optional()
    .catch(undefined),
});
const Resource = z.object({
  group: text,
  kind: z.string(),
  namespace: text,
  name: z.string(),
  status: text,
  requiresPruning: z.boolean().optional().catch(undefined),
});
const Result = z.object({
  group: text,
  kind: z.string(),
  namespace: text,
  name: z.string(),
  status: text,
  message: text,
});
const Status = z.object({
  sync: z.object({ status: text, revision: text, revisions: texts }).optional().catch(undefined),
  health: z.object({ status: text, message: text }).optional().catch(undefined),
  operationState: z
    .object({
      phase: text,
      message: text,
      startedAt: text,
      finishedAt: text,
      operation: z
        .object({ sync: revisions.optional().catch(undefined) })
        .optional()
        .catch(undefined),
      syncResult: revisions
        .extend({ resources: z.array(Result).optional().catch(undefined) })
        .optional()
        .catch(undefined),
    })
    .optional()
    .catch(undefined),
  reconciledAt: text,
  conditions: z
    .array(z.object({ type: z.string(), message: z.string().catch("") }))
    .optional()
    .catch(undefined),
  resources: z.array(Resource).optional().catch(undefined),
});
const Application = z.object({
  metadata: z.object({
    name: z.string(),
    namespace: text,
    annotations: z.record(z.string(), z.string()).optional().catch(undefined),
    deletionTimestamp: text,
  }),
  spec: z.object({
    source: Source.optional().catch(undefined),
    sources: z.array(Source).optional().catch(undefined),
    destination: z.object({ namespace: text, server: text, name: text }).catch({} as never),
    syncPolicy: z.object({ automated: z.unknown().optional() }).optional().catch(undefined),
  }),
  operation: z.unknown().optional(),
  status: Status.optional().catch(undefined),
});
const ApplicationList = z.object({ items: z.array(z.unknown()) });

/** Set on every sync the school starts, so that operators see whose it is. */
const INITIATOR = "cortex-online-school";

export function argoCd(settings: ClusterSettings, client: KubeClient = kubeClient(settings)): ArgoCd {
  const namespace = settings.ARGOCD_NAMESPACE;
  const all = `/apis/argoproj.io/v1alpha1/namespaces/${encodeURIComponent(namespace)}/applications`;
  const one = (name: string, verb: string, signal: AbortSignal | undefined): KubeRequest => ({
    path: `${all}/${encodeURIComponent(name)}`,
    what: `${verb} applications.argoproj.io ${name} in ${namespace}`,
    signal,
  });
  const patch = async (name: string, body: unknown, signal: AbortSignal | undefined): Promise<void> => {
    const answer = await client.mergePatch(one(name, "patch", signal), body);
    if (answer === undefined) throw new PermanentError(`Argo CD has no Application ${name} in ${namespace}`);
  };

  return {
    async applications(signal) {
      const what = `list applications.argoproj.io in ${namespace}`;
      const answer = await client.get({ path: all, what, signal });
      if (answer === undefined) throw new PermanentError(`Kubernetes: cannot ${what}: Argo CD is not installed there`);
      const list = ApplicationList.safeParse(answer);
      if (!list.success) throw new RetryLater(`Kubernetes: the answer to "${what}" is not a list`, 5_000);
      return list.data.items.map(readApplication);
    },
    async application(name, signal) {
      const answer = await client.get(one(name, "get", signal));
      return answer === undefined ? undefined : readApplication(answer);
    },
    refresh: (name, signal) =>
      patch(name, { metadata: { annotations: { "argocd.argoproj.io/refresh": "normal" } } }, signal),
    // The CRD has no status subresource, so a plain patch reaches it (Argo CD's own API server does the same).
    terminateOperation: (name, signal) => patch(name, { status: { operationState: { phase: "Terminating" } } }, signal),
    sync: (name, revision, signal) =>
      patch(
        name,
        {
          operation: {
            initiatedBy: { username: INITIATOR },
            sync: { revision, prune: true, syncStrategy: { hook: {} } },
          },
        },
        signal,
      ),
  };
}

function readApplication(raw: unknown): ArgoApplication {
  const result = Application.safeParse(raw);
  if (!result.success)
    throw new RetryLater(`Kubernetes: not an Application: ${result.error.issues[0]?.message}`, 5_000);
  return withoutAbsent(result.data) as ArgoApplication;
}

/** Drops undefined and null, so that "absent" has one form. */
function withoutAbsent(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutAbsent);
  if (typeof value !== "object" || value === null) return value;
  const kept = Object.entries(value).filter(([, field]) => field !== undefined && field !== null);
  return Object.fromEntries(kept.map(([name, field]) => [name, withoutAbsent(field)]));
}
