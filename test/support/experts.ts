/** What the experts are tried with: a small platform, two improvements, a model's judgement and an index of a few parts. */
import type { Improvement } from "../../shared/domain/improvement.ts";
import type { Knowledge, StoredChunk } from "../../shared/knowledge-ports.ts";
import type { Platform } from "../../shared/repository/platform.ts";
import { understand } from "../../shared/repository/understand.ts";

const REPOSITORY = "https://git.example.com/team/ops.git";
const application = `
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: { name: shop, namespace: argocd }
spec:
  source: { repoURL: ${REPOSITORY}, path: apps/shop, targetRevision: main }
  destination: { namespace: shop, server: https://kubernetes.default.svc }
`;
const deployment = (name: string) => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name}, namespace: shop }
spec:
  replicas: 1
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} } }
    spec:
      containers:
        - name: ${name}
          image: registry.example.com/${name}:1.0.0
`;
const limitRange = `
apiVersion: v1
kind: LimitRange
metadata: { name: defaults, namespace: shop }
spec:
  limits: [{ type: Container, default: { cpu: 500m, memory: 256Mi }, defaultRequest: { cpu: 100m, memory: 128Mi } }]
`;

export function platformOf(files: Readonly<Record<string, string>>): Platform {
  const read = new Map(
    Object.entries(files).map(([path, content], i) => [path, { path, blob: String(i).padStart(40, "0"), content }]),
  );
  return understand("0".repeat(40), read, { repository: REPOSITORY, branch: "main" });
}
export const shop = platformOf({
  "argocd/shop.yaml": application,
  "apps/shop/limits.yaml": limitRange,
  "apps/shop/cart.yaml": deployment("cart"),
  "apps/shop/web.yaml": deployment("web"),
});

export const limits: Improvement = {
  id: "0123456789abcdef",
  status: "routed",
  created_at: "",
  updated_at: "",
  title: "Set resource requests and limits on every container",
  description: "Containers get limits.",
  category: "architecture",
  type: "technique",
  implementation_notes: "",
  relevance: 0.9,
  quotes: [{ text: "Set memory limits, the leak took down the node.", at: "00:01:00" }],
  source_id: "s",
  source_title: "t",
  expert: "architecture",
};
export const policies: Improvement = {
  ...limits,
  title: "Add a default-deny NetworkPolicy to every namespace",
  description: "Only known callers may come in.",
  category: "security",
  expert: "security",
  quotes: [{ text: "Start with default deny.", at: "00:01:00" }],
};

export const RISK = { risk: "r", severity: "low", mitigated: false, because: "b", cites: ["F1"] };

type Part = Readonly<Record<string, unknown>>;

/** A model's answer that is pleased with everything and cites a fact; `over`: parts of it otherwise. */
export function judgement(over: Part = {}): Part {
  const judged = (value: string) => ({ value, because: "the fact says so", cites: ["F1"] });
  const whole: Part = {
    feasibility: judged("high"),
    impact: judged("high"),
    effort: judged("low"),
    priority: judged("medium"),
    complexity: judged("low"),
    confidence: judged("high"),
    risks: [],
    recommendations: [{ text: "begin with the cart", because: "it comes first", cites: ["F1"] }],
    dependencies: [],
  };
  const said = (part: unknown): unknown => {
    if (Array.isArray(part)) return part.map(said);
    return typeof part === "object" && part !== null ? { because: "the fact says so", ...part } : part;
  };
  return { ...whole, ...Object.fromEntries(Object.entries(over).map(([name, part]) => [name, said(part)])) };
}

export function chunk(over: Partial<StoredChunk> = {}): StoredChunk {
  const path = over.path ?? "docs/a.md";
  return {
    id: path,
    corpus: "documents",
    source: "docs",
    path,
    place: "A",
    from: 3,
    to: 5,
    text: "A sentence.",
    hash: "h",
    redacted: 0,
    commit: "c",
    ...over,
  };
}

/** Finds every part of the corpora it is asked for. */
export function knowledgeOf(chunks: readonly StoredChunk[]): Knowledge {
  return {
    search: async ({ corpora = [], decision, limit = 10 }) => ({
      kind: "found",
      states: [],
      notes: [],
      hits: chunks
        .filter(({ corpus }) => corpora.includes(corpus))
        .filter((one) => decision === undefined || one.decision === true)
        .slice(0, limit)
        .map((one, index) => ({ chunk: one, rank: index + 1, by: {} })),
    }),
    states: async () => [],
  };
}
