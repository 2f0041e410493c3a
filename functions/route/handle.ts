/**
 * route: chooses the expert by a cascade of tiers, each of which may abstain. When all abstain a person chooses; there
 * is no default expert. What is not relevant enough ends here.
 */
import type { Improvement, RoutingDecision, RoutingVote } from "../../shared/domain/improvement.ts";
import type { LanguageModel } from "../../shared/model-ports.ts";
import { withCalls } from "../../shared/models/calls.ts";
import { armOf, bucketOf } from "../../shared/routing/arms.ts";
import { type Choice, choicesOf } from "../../shared/routing/cascade.ts";
import { COMPLEX, complexityOf } from "../../shared/routing/complexity.ts";
import { thousandths } from "../../shared/routing/rounding.ts";
import type { RolloutOverride } from "../../shared/routing-ports.ts";
import { askPerson, moveTo, type OutcomeOf } from "../../shared/runtime/outcome.ts";
import type { Context, InputOf } from "../../shared/runtime/stage.ts";
import { countsOf, type Routed } from "./counts.ts";
import { wordsHash } from "./repeat.ts";
import { type Heard, type TierPorts, votesOf } from "./votes.ts";

export interface RoutePorts extends TierPorts {
  /** REVIEW_THRESHOLD: improvements below it are not looked at further. */
  readonly reviewThreshold: number;
  /** The model for simple texts, and for complex ones. */
  readonly models?: { readonly simple?: LanguageModel | undefined; readonly complex?: LanguageModel | undefined };
  /** AB_TEST_PERCENTAGE, ENABLE_RAG, ENABLE_NEURAL. */
  readonly rollout?: { readonly share: number; readonly rag: boolean; readonly neural: boolean };
  /** An operator's, or the school's own, word over AB_TEST_PERCENTAGE. */
  readonly override?: () => Promise<RolloutOverride | undefined>;
  readonly count?: (
    counts: Readonly<Record<string, number>>,
    served: { readonly tier: string; readonly at: number },
  ) => Promise<void>;
}

type Outcome = OutcomeOf<"route">;
type Told = Pick<Context, "now" | "signal" | "save"> & Partial<Pick<Context, "log">>;

/** Shadow: everything is worked out, the rules serve. */
const SHADOW = { share: 0, rag: true, neural: true } as const;

export async function route({ improvement }: InputOf<"route">, ports: RoutePorts, context: Told): Promise<Outcome> {
  const { relevance } = improvement;
  const claim = claimOf(improvement);
  if (!(relevance >= ports.reviewThreshold)) {
    const because = `relevance ${relevance} is under ${ports.reviewThreshold}: not worth a review`;
    return moveTo(
      "rejected",
      { routing: [(await ports.keywords(improvement)).vote, claim], failure_reason: because },
      because,
    );
  }

  const startedAt = context.now();
  const { share: configured, rag, neural } = ports.rollout ?? SHADOW;
  const [heard, override] = await Promise.all([votesOf(improvement, ports, context), ports.override?.()]);
  const share = override?.share ?? configured;
  const complexity = complexityOf(`${improvement.title}\n${improvement.description}`, contextSize(improvement)).score;
  const model = complexity >= COMPLEX ? (ports.models?.complex ?? ports.models?.simple) : ports.models?.simple;
  const settings = { rag, neural, hasModel: model !== undefined, complexity };
  const bucket = bucketOf(improvement.id);
  const arm = armOf(bucket, share);

  const asked =
    model !== undefined && choicesOf(heard, settings)[arm].tier === "model"
      ? await answered(improvement, heard, model, context)
      : { vote: undefined, patch: {} };
  const votes: Heard = { ...heard, model: asked.vote };
  const choices = choicesOf(votes, settings);
  const choice = choices[arm];
  count(ports, context, { heard: votes, arm, choice, complexity, hasModel: settings.hasModel });

  const decision: RoutingDecision = {
    arm,
    share,
    bucket: thousandths(bucket),
    tier: choice.tier,
    expert: choice.expert,
    confidence: choice.confidence,
    arms: { rules: briefly(choices.rules), learned: briefly(choices.learned) },
    complexity,
    ms: thousandths(context.now() - startedAt),
    at: new Date(context.now()).toISOString(),
  };
  const routing = [...heard.listed, ...(asked.vote === undefined ? [] : [asked.vote]), claim];
  const patch = { ...asked.patch, routing, routing_decision: decision };
  if (choice.expert === null) {
    return askPerson("route", `no tier could choose an expert; ${candidatesOf(heard)}`, patch);
  }
  await ports.repeats.remember(wordsHash(improvement), improvement.id);
  const because = `${choice.expert} by ${choice.tier}: ${choice.because}`;
  return moveTo("routed", { ...patch, expert: choice.expert }, because);
}

/** A paid answer is kept before anything else happens; a second run finds it there. */
async function answered(improvement: Improvement, heard: Heard, model: LanguageModel, { signal, save }: Told) {
  const before = improvement.routing?.find(({ tier, unknown }) => tier === "model" && unknown !== true);
  if (before !== undefined) return { vote: before, patch: {} };
  const { askModel } = await import("./model-tier.ts");
  const { vote, call, paid } = await askModel(improvement, heard.listed, model, signal);
  const patch = withCalls(improvement, call);
  if (paid) await save({ ...patch, routing: [...heard.listed, vote] });
  return { vote, patch };
}

/** What the producer claims is one weak vote of the classifier's; it decides nothing here. */
function claimOf({ category }: Improvement): RoutingVote {
  const because = `the source says ${category}; never decisive alone`;
  return { tier: "claimed-category", expert: null, confidence: 0.1, because };
}

function contextSize({ implementation_notes: notes, quotes }: Improvement): number {
  return quotes.reduce((all, { text }) => all + text.length, notes.length);
}

/** For the person who chooses: whom the best informed tier thinks of. */
function candidatesOf({ classifier, keywords }: Heard): string {
  const { ranked = [], tier } = (classifier?.ranked?.length ?? 0) > 0 ? (classifier ?? keywords) : keywords;
  if (ranked.length === 0) return "no candidate";
  const listed = ranked.map(({ expert, share }) => `${expert} (${Math.round(share * 100)} %)`);
  return `candidates by ${tier}: ${listed.join(", ")}`;
}

function briefly({ expert, tier, confidence }: Choice) {
  return { expert, tier, confidence };
}

/** A count that is lost must not cost a decision. */
function count({ count: add }: RoutePorts, { log, now }: Told, routed: Routed): void {
  add?.(countsOf(routed), { tier: routed.choice.tier, at: now() }).catch((error: unknown) =>
    log?.debug({ err: error }, "a count of the router was lost"),
  );
}
