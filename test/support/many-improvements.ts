/** Many approved improvements of one repository, each of a file of its own. */
import { APPROVAL_LIFETIME_MS, signApproval } from "../../shared/domain/approval-signature.ts";
import type { Improvement, StoredIntent } from "../../shared/domain/improvement.ts";
import { renderChangeSet } from "../../shared/intents/render.ts";
import type { GitReader } from "../../shared/ports.ts";
import { loadPlatform } from "../../shared/repository/load.ts";
import { deployment, SECRET, settings } from "./implement.ts";

const application = `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: { name: shop, namespace: argocd }
spec:
  source: { repoURL: "${settings.platform.publicUrl}", path: apps/shop, targetRevision: main }
  destination: { server: "https://kubernetes.default.svc", namespace: shop }
`;
export const fileOf = (n: number) => `apps/shop/service-${n}.yaml`;
/** The repository they are about. */
export function repositoryOf(count: number): Record<string, string> {
  const workloads = Array.from({ length: count }, (_, n) => [fileOf(n), deployment(`service-${n}`)] as const);
  return { "argocd/shop.yaml": application, ...Object.fromEntries(workloads) };
}

export async function approvedFor(git: GitReader, n: number, now: number): Promise<Improvement> {
  const id = String(n).padStart(16, "0");
  const intent: StoredIntent = {
    kind: "set-resource-limits",
    workload: { kind: "Deployment", namespace: "shop", name: `service-${n}` },
    container: `service-${n}`,
    requests: { cpu: "50m", memory: "64Mi" },
    limits: { memory: "128Mi" },
  };
  const rendered = renderChangeSet(intent, await loadPlatform(git, await git.head(), settings.platform));
  if (rendered.kind === "refused") throw new Error(rendered.because);
  const { changeSet, verdict } = rendered;
  const approval = {
    improvement: id,
    hash: changeSet.hash,
    verdict: verdict.decision,
    application: changeSet.application,
    actor: "person:dana",
    reason: "looks right",
    approvedAt: now - 1_000,
    expiresAt: now - 1_000 + APPROVAL_LIFETIME_MS,
  };
  return {
    id,
    status: "approved",
    title: `Set memory limits ${n}`,
    description: "d",
    category: "architecture",
    type: "enhancement",
    implementation_notes: "",
    relevance: 0.93,
    quotes: [],
    source_id: "talk-7",
    source_title: "Limits in practice",
    created_at: new Date(now).toISOString(),
    updated_at: new Date(now).toISOString(),
    intent,
    change_set: changeSet,
    verdict,
    approval: signApproval(approval, SECRET),
  };
}
