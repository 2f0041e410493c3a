/** A source's whole way until somebody would commit: the real handlers of six stages, one after another, over a small repository. */
import { approve } from "../../functions/approve/handle.ts";
import { evaluate } from "../../functions/evaluate/handle.ts";
import { ingest } from "../../functions/ingest/handle.ts";
import { plan } from "../../functions/plan/handle.ts";
import { route } from "../../functions/route/handle.ts";
import { validate } from "../../functions/validate/handle.ts";
import type { SubmittedSource } from "../../shared/domain/events.ts";
import type { Improvement, Patch } from "../../shared/domain/improvement.ts";
import type { LanguageModel } from "../../shared/model-ports.ts";
import { loadPlatform } from "../../shared/repository/load.ts";
import { ownDocuments } from "../../shared/repository/own-documents.ts";
import { keywordVote } from "../../shared/routing/keywords/vote.ts";
import type { AnyOutcome } from "../../shared/runtime/outcome.ts";
import type { Context } from "../../shared/runtime/stage.ts";
import { nothingOutside } from "../functions/ingest/support.ts";
import { knowing } from "../support/knowledge/fake.ts";
import { application, deployment, gitOf } from "../support/platform.ts";

/** In the repository, and nobody else's to read. */
export const SECRET = "correct-horse-battery";
const git = gitOf({
  "argocd/shop.yaml": application("shop", "apps/shop", "shop"),
  // The school's own: what is changed there may be approved by the rule alone.
  "apps/shop/cart.yaml": deployment("cart").replace(
    "  name: cart\nspec:",
    "  name: cart\n  labels: {app.kubernetes.io/managed-by: cortex-online-school}\nspec:",
  ),
  "apps/shop/limits.yaml":
    "apiVersion: v1\nkind: LimitRange\nmetadata: {name: d}\nspec: {limits: [{type: Container, default: {memory: 256Mi}, defaultRequest: {cpu: 100m, memory: 128Mi}}]}\n",
  "apps/shop/secret.yaml": `apiVersion: v1\nkind: Secret\nmetadata: {name: memory-limits}\nstringData: {password: ${SECRET}}\n`,
  "README.md": `# Memory limits\n\nContainers have limits. The password is ${SECRET}.\n`,
});
const settings = { platform: { repository: "https://git.example.com/team/repo.git" }, policy: {} };
let known: ReturnType<typeof loadPlatform> | undefined;
const platform = async () => (known ??= loadPlatform(git, "c0ffee", settings.platform));
const flags = { none: false, all: false, integrations: false, security: false };
const brakes = Object.freeze({ flags: Object.freeze(flags), breaker: null, freeze: null, budget: null });
const history = { source: async () => undefined, recent: async () => [] };

export interface Walked {
  readonly improvements: readonly Improvement[];
  /** Everything any stage would have written, with its reason. */
  readonly written: readonly AnyOutcome[];
  /** The intents of what no person would have been asked about. */
  readonly approved: readonly string[];
  readonly flags: typeof flags;
}

export async function walk(source: Partial<SubmittedSource>, model?: LanguageModel): Promise<Walked> {
  let save = async (_patch: Patch): Promise<void> => undefined;
  const context = {
    log: { info() {} },
    signal: new AbortController().signal,
    attempt: 1,
    now: () => Date.UTC(2030, 0, 1),
    save: async (patch: Patch) => save(patch),
  } as unknown as Context;
  const ports = { ...nothingOutside, history, platform, model, sizeLimit: 5_000_000 };
  const read = await ingest({ source: { again: false, ...source } }, ports, context);
  const written: AnyOutcome[] = [read];
  const improvements: Improvement[] = [];
  for (const proposal of read.kind === "source-read" ? read.proposals : []) {
    const at = "2030-01-01T00:00:00.000Z";
    let improvement: Improvement = { ...proposal, status: "raw", created_at: at, updated_at: at };
    save = async (patch) => {
      improvement = { ...improvement, ...patch } as Improvement;
    };
    for (let rounds = 0; rounds < 20; rounds += 1) {
      const stage = STAGES[improvement.status];
      if (stage === undefined) break;
      const outcome = await stage(improvement, model, context);
      written.push(outcome);
      if (outcome.kind === "again") await save(outcome.patch);
      if (outcome.kind === "move")
        improvement = { ...improvement, ...outcome.patch, status: outcome.to } as Improvement;
    }
    improvements.push(improvement);
  }
  const approved = improvements
    .filter(({ status }) => status === "approved")
    .map(({ intent }) => JSON.stringify(intent));
  return { improvements, written, approved, flags: brakes.flags };
}

type Take = (improvement: Improvement, model: LanguageModel | undefined, context: Context) => Promise<AnyOutcome>;
const STAGES: Readonly<Partial<Record<Improvement["status"], Take>>> = {
  raw: async (improvement, model, context) => {
    const keywords = async (text: Improvement) => keywordVote(text);
    const models = model === undefined ? {} : { models: { simple: model } };
    const repeats = { precedent: async () => undefined, remember: async () => undefined };
    return route({ improvement }, { repeats, keywords, reviewThreshold: 0.6, ...models }, context);
  },
  routed: async (improvement, model, context) => {
    const models = model === undefined ? undefined : { first: () => model, second: () => model };
    return evaluate({ improvement }, { platform, models }, context);
  },
  categorized: async (improvement, model, context) =>
    validate({ improvement }, { git, history, knowledge: knowing([]), model, settings }, context),
  validated: async (improvement, model, context) =>
    plan({ improvement }, { git, history, model, documents: ownDocuments(git), settings }, context),
  planned: async (improvement, _model, context) =>
    approve(
      { improvement },
      {
        brakes: { brakes: async () => brakes },
        settings: { threshold: 0.9, highRiskThreshold: 0.95 },
        secret: "a secret of sixteen characters",
      },
      context,
    ),
};
