/** What a function is told by its manifest: common settings, and a secret only where the stage needs it. */
import { type StageName, stageEntry } from "../../shared/stages.ts";

type Variable = Readonly<Record<string, unknown>>;
export type Program = StageName | "coordinator";

/** Those who read the GitOps repository, and those who write it: they get tokens of their own. */
export const GIT_READERS: readonly Program[] = [
  "ingest",
  "evaluate",
  "validate",
  "plan",
  "sync",
  "index",
  "coordinator",
];
export const GIT_WRITERS: readonly Program[] = ["implement", "rollback"];
/** Who signs approvals, and who looks at the signature. */
export const SIGNERS: readonly Program[] = ["approve", "implement", "coordinator"];
/** Nobody else writes what the school knows. */
export const KNOWLEDGE_WRITERS: readonly Program[] = ["index", "learn"];
export const KNOWLEDGE_READERS: readonly Program[] = ["route", "evaluate", "validate", "coordinator"];

export const commonEnv: readonly Variable[] = [
  { name: "NODE_COMPILE_CACHE", value: "/app/.compile-cache" },
  { name: "NODE_COMPILE_CACHE_PORTABLE", value: "1" },
  fromSecret("REDIS_URL", "cortex-redis", "url"),
];

/**
 * None is optional: KEDA reads the variables of what it scales, and before it learned what optional means for a single one it
 * gave up on all of them when its Secret was not there (kedacore/keda pkg/scaling/resolver/scale_resolvers.go, resolveEnv). Whole
 * Secrets it has always passed over when they are optional, so what may be missing is in those of `settingsOf`.
 */
export function secretEnvOf(program: Program): readonly Variable[] {
  return [
    ...(SIGNERS.includes(program) ? [fromSecret("APPROVAL_SECRET", "cortex-approval", "secret")] : []),
    ...(KNOWLEDGE_WRITERS.includes(program) ? [fromSecret("QDRANT_API_KEY", "cortex-qdrant", "api-key")] : []),
    ...(KNOWLEDGE_READERS.includes(program)
      ? [fromSecret("QDRANT_READ_ONLY_API_KEY", "cortex-qdrant", "read-only-api-key")]
      : []),
  ];
}

/**
 * Settings for all, and what may be known by some: a token for Git, and whatever lies in the Secret of this one program. Who writes
 * to Git has no model key, and the other way round.
 */
export function settingsOf(program: Program): readonly Variable[] {
  const optional = [
    ...(GIT_WRITERS.includes(program) ? ["cortex-git-writer"] : []),
    ...(GIT_READERS.includes(program) ? ["cortex-git-reader"] : []),
    `cortex-${program}`,
  ];
  return [
    { configMapRef: { name: "cortex-settings" } },
    ...optional.map((name) => ({ secretRef: { name, optional: true } })),
  ];
}

export function fromSecret(name: string, secret: string, key: string): Variable {
  return { name, valueFrom: { secretKeyRef: { name: secret, key } } };
}

/** Configuration that is a file: the sources ingest knows by their name. */
const SOURCES = "/etc/cortex/sources";
const hasSources = (program: Program) => program === "coordinator" || stageEntry(program).kind === "source";

/** Rules of notify, for NOTIFY_RULES; without them its own count. */
const RULES = "/etc/cortex/notify";

/** Bytes a function may write: copies of repositories for those who read Git, else next to nothing. */
function tmpSizeOf(program: Program): string {
  return [...GIT_READERS, ...GIT_WRITERS].includes(program) ? "1Gi" : "64Mi";
}

export function volumesOf(program: Program): readonly Variable[] {
  const tmp = { name: "tmp", emptyDir: { sizeLimit: tmpSizeOf(program) } };
  if (program === "notify") return [tmp, { name: "rules", configMap: { name: "cortex-notify-rules", optional: true } }];
  return hasSources(program) ? [tmp, { name: "sources", configMap: { name: "cortex-sources" } }] : [tmp];
}
export function mountsOf(program: Program): readonly Variable[] {
  const tmp = { name: "tmp", mountPath: "/tmp" };
  if (program === "notify") return [tmp, { name: "rules", mountPath: RULES, readOnly: true }];
  return hasSources(program) ? [tmp, { name: "sources", mountPath: SOURCES, readOnly: true }] : [tmp];
}
/** Where those files are. */
export function fileEnvOf(program: Program): readonly Variable[] {
  return hasSources(program) ? [{ name: "SOURCES", value: `${SOURCES}/sources.yaml` }] : [];
}
