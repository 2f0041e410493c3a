/** A small GitOps repository, an approved improvement of it, and the ports `implement` needs. */
import { pino } from "pino";
import { afterEach, beforeEach } from "vitest";
import type { ImplementPorts } from "../../functions/implement/handle.ts";
import { implement } from "../../functions/implement/handle.ts";
import { gitCli } from "../../shared/adapters/git-cli.ts";
import { APPROVAL_LIFETIME_MS, type Approval, signApproval } from "../../shared/domain/approval-signature.ts";
import type { Improvement, Patch, StoredIntent } from "../../shared/domain/improvement.ts";
import { renderChangeSet } from "../../shared/intents/render.ts";
import type { ArgoApplication, Gate, GitReader, GitWriter } from "../../shared/ports.ts";
import { loadPlatform } from "../../shared/repository/load.ts";
import { type GitRemote, gitRemote } from "./git-remote.ts";

export const SECRET = "a secret of this test";
export const NOW = Date.UTC(2026, 0, 15, 12);
export const CART = "apps/shop/cart.yaml";

function application(name: string, path: string, namespace: string): string {
  return `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: { name: ${name}, namespace: argocd }
spec:
  project: default
  source: { repoURL: "https://git.example.org/platform.git", path: ${path}, targetRevision: main }
  destination: { server: "https://kubernetes.default.svc", namespace: ${namespace} }
`;
}

export function deployment(name: string): string {
  return `# ${name}: keep this comment
apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
  namespace: shop
spec:
  replicas: 2
  selector:
    matchLabels: { app: ${name} }
  template:
    metadata:
      labels: { app: ${name} }
    spec:
      containers:
        - name: ${name}
          image: registry.example.org/shop/${name}:1.4.2
`;
}

const files = {
  "argocd/shop.yaml": application("shop", "apps/shop", "shop"),
  "argocd/billing.yaml": application("billing", "apps/billing", "shop"),
  "apps/shop/cart.yaml": deployment("cart"),
  "apps/billing/invoice.yaml": deployment("invoice"),
  "README.md": "The platform\n",
};
export const settings = {
  mode: "direct" as const,
  platform: { publicUrl: "https://git.example.org/platform.git", branch: "main" },
  policy: {},
};

export const intent: StoredIntent = {
  kind: "set-resource-limits",
  workload: { kind: "Deployment", namespace: "shop", name: "cart" },
  container: "cart",
  requests: { cpu: "50m", memory: "64Mi" },
  limits: { memory: "128Mi" },
};

export let remote: GitRemote;
export let git: GitReader & GitWriter;
export let base: string;

/** Each test that imports this file has a repository of its own. */
beforeEach(async () => {
  remote = await gitRemote(files);
  git = gitCli({ remote: remote.url, cacheDir: remote.cacheDir, author: "Cortex Online School <school@cortex.ai>" });
  base = await git.head();
});
afterEach(() => remote.close());

/** As `approve` leaves it, planned on the head of the moment. */
export async function approved(
  overrides: Partial<Approval> = {},
  secret = SECRET,
  planned = intent,
): Promise<Improvement> {
  const rendered = renderChangeSet(planned, await loadPlatform(git, await git.head(), settings.platform));
  if (rendered.kind === "refused") throw new Error(rendered.because);
  const { changeSet, verdict } = rendered;
  const approval: Approval = {
    improvement: "0123456789abcdef",
    hash: changeSet.hash,
    verdict: verdict.decision,
    application: changeSet.application,
    actor: "person:dana",
    reason: "looks right",
    approvedAt: NOW - 1_000,
    expiresAt: NOW - 1_000 + APPROVAL_LIFETIME_MS,
    ...overrides,
  };
  return {
    id: "0123456789abcdef",
    status: "approved",
    title: "Set memory limits on every workload",
    description: "d",
    category: "architecture",
    type: "enhancement",
    implementation_notes: "Start from what neighbours use.",
    relevance: 0.93,
    quotes: [],
    source_id: "talk-7",
    source_title: "Limits in practice",
    created_at: "2026-01-15T11:00:00.000Z",
    updated_at: "2026-01-15T11:00:00.000Z",
    intent: planned,
    change_set: changeSet,
    verdict,
    approval: signApproval(approval, secret),
  };
}

export const well: ArgoApplication = {
  metadata: { name: "shop" },
  spec: { destination: {} },
  status: { sync: { status: "Synced" }, health: { status: "Healthy" } },
};
export const baseline = { at: NOW, health: "Healthy", restarts: {}, logFingerprints: [] };

/** A gate that lets everything through, or answers as told. */
export function gateOf(take: Gate["take"] = async () => ({ kind: "taken" }), more: Partial<Gate> = {}): Gate {
  return { take, admit: async () => ({ kind: "taken" }), lock: async () => ({ kind: "taken" }), ...more };
}

export function ports(overrides: Partial<ImplementPorts> = {}): ImplementPorts {
  return {
    git,
    gate: gateOf(),
    argocd: argocd(() => well),
    baseline: async () => baseline,
    approvalSecret: SECRET,
    settings,
    ...overrides,
  };
}
export function argocd(answer: () => ArgoApplication | undefined): ImplementPorts["argocd"] {
  const unused = async () => {
    throw new Error("not for implement");
  };
  const application = async () => answer();
  return { application, applications: unused, refresh: unused, terminateOperation: unused, sync: unused };
}

/** Applies what is saved to a record, as the pipeline would. */
export function context(
  record: { improvement: Improvement },
  { now = NOW, signal = new AbortController().signal } = {},
) {
  return {
    log: pino({ level: "silent" }),
    now: () => now,
    signal,
    attempt: 1,
    async save(patch: Patch) {
      record.improvement = patched(record.improvement, patch);
    },
  };
}
export function patched(improvement: Improvement, patch: Patch): Improvement {
  const all = Object.entries({ ...improvement, ...patch }).filter(([, value]) => value !== null);
  return Object.fromEntries(all) as unknown as Improvement;
}

/** One call of the handler on a record; what it saved stays in the record, its outcome does not. */
export function run(record: { improvement: Improvement }, more: Partial<ImplementPorts> = {}, at?: { now?: number }) {
  return implement({ improvement: record.improvement }, ports(more), context(record, at));
}
export function tampered(overrides: Partial<GitReader & GitWriter>): GitReader & GitWriter {
  return { ...git, ...overrides };
}
/** How many commits of ours are on the branch. */
export async function ours(): Promise<number> {
  return Number(await remote.git("rev-list", "--count", "--committer=school@cortex.ai", "main"));
}
