/** What each function's process gets to see: the common addresses, and a secret only where the stage needs it. */
import path from "node:path";
import type { Environment } from "../../shared/runtime/config.ts";

export interface Parts {
  readonly redis: string;
  readonly repository: string;
  readonly publicUrl: string | undefined;
  readonly kubeconfig: string;
  readonly prometheus: string;
  readonly dataDir: string;
  readonly approvalSecret: string;
}

/** The process that writes to Git has no model and no token but Git's; nobody else sees the signing secret. */
const SIGNERS = ["approve", "implement", "coordinator"];
const GIT_USERS = ["ingest", "evaluate", "validate", "plan", "implement", "sync", "rollback", "coordinator"];

/** Settings people may tune in .env; everything else in the environment stays outside of the functions. */
const TUNABLE =
  /^(LOG_LEVEL|KEY_PREFIX|LEASE_SECONDS|MAX_ATTEMPTS|BREAKER_\w+|COMMITS_\w+|AUTO_APPROVE_\w+|HIGH_RISK_\w+|REVIEW_\w+|HEALTH_\w+|VERIFY_\w+|SYNC_\w+|ROLLBACK_\w+|METRICS_\w+|ARGOCD_\w+|GITOPS_BRANCH|GITOPS_AUTHOR|MAX_SOURCE_\w+)$/;

export function functionEnvironment(stage: string, parts: Parts, env: Environment): Record<string, string> {
  const tuned = Object.entries(env).filter(([name, value]) => TUNABLE.test(name) && value !== undefined);
  return {
    ...(Object.fromEntries(tuned) as Record<string, string>),
    REDIS_URL: parts.redis,
    KUBECONFIG: parts.kubeconfig,
    PROMETHEUS_URL: parts.prometheus,
    ...(GIT_USERS.includes(stage) ? gitSettings(parts, env) : {}),
    ...(SIGNERS.includes(stage) ? { APPROVAL_SECRET: parts.approvalSecret } : {}),
  };
}

function gitSettings({ repository, publicUrl, dataDir }: Parts, env: Environment): Record<string, string> {
  const token = env["GITOPS_TOKEN"] ?? env["GITHUB_TOKEN"];
  return {
    GITOPS_REPO: repository,
    ...(publicUrl === undefined ? {} : { GITOPS_PUBLIC_URL: publicUrl }),
    GITOPS_CACHE_DIR: path.join(dataDir, "git-cache"),
    ...(token === undefined ? {} : { GITOPS_TOKEN: token }),
  };
}
