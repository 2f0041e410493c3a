/** Is what a model chose a change the school may make? If not, the reasons it gets to hear. */
import { isDeepStrictEqual } from "node:util";
import type { StoredIntent } from "../../shared/domain/improvement.ts";
import type { PlanAnswer } from "../../shared/domain/plan-answer.ts";
import { isAt } from "../../shared/intents/named/narrow.ts";
import { intents, targetOf } from "../../shared/intents/registry.ts";
import { renderChangeSet } from "../../shared/intents/render.ts";
import type { Chosen } from "./planned.ts";
import type { Places, Situation } from "./situation.ts";

export type Assessment =
  | {
      readonly kind: "plan";
      readonly chosen: Chosen;
      /** The rules could have chosen this very thing. */
      readonly ofTheRules: boolean;
      /** Set where the proposal names something, and this is elsewhere: what it names. */
      readonly besides?: string;
    }
  | { readonly kind: "none"; readonly missing: string }
  | { readonly kind: "bad"; readonly problems: readonly string[] };

/** Characters of one problem. */
const PROBLEM = 500;
const PROBLEMS = 8;

/** `places`: of the topic's intent. The repository may have moved since the model answered. */
export async function assess(
  { choice, unusable }: PlanAnswer,
  situation: Situation,
  places: Places,
): Promise<Assessment> {
  if (choice === undefined) return bad([unusable ?? "it holds no choice"]);
  if (choice.kind === "none") return { kind: "none", missing: choice.missing };
  const { intent, because } = choice;
  const candidate = places.free.find((one) => isDeepStrictEqual(one.intent, intent));
  const problems = problemsOf(intent, situation);
  if (problems.length > 0) return bad(problems);
  const offline = renderChangeSet(intent, situation.platform, situation.policy);
  if (offline.kind === "refused") return bad([offline.because]);
  const rendered = await situation.shown(offline);
  if (rendered.verdict.decision === "deny") {
    return bad(rendered.verdict.rules.flatMap(deniedBy));
  }
  const target = candidate?.target ?? nameOf(intent);
  const { scope, platform } = situation;
  const isElsewhere =
    candidate === undefined && scope !== undefined && !isAt(rendered.changeSet.objects, scope, platform);
  return {
    kind: "plan",
    chosen: { intent, target, because: candidate?.because ?? because, rendered },
    ofTheRules: candidate !== undefined,
    ...(isElsewhere ? { besides: scope.label } : {}),
  };
}

function problemsOf(intent: StoredIntent, { taken }: Situation): string[] {
  const definition = intents.get(intent.kind);
  if (definition === undefined)
    return [`intent.kind: there is none called ${JSON.stringify(intent.kind).slice(0, 80)}`];
  const parsed = definition.schema.safeParse(intent);
  if (!parsed.success) return parsed.error.issues.map(({ path, message }) => `intent.${path.join(".")}: ${message}`);
  return taken.has(targetOf(intent)) ? ["another improvement makes this very change already"] : [];
}

function deniedBy(hit: { readonly rule: string; readonly decision: string; readonly message: string }): string[] {
  return hit.decision === "deny" ? [`policy denies it: ${hit.rule}: ${hit.message}`] : [];
}

function bad(problems: readonly string[]): Assessment {
  return { kind: "bad", problems: problems.slice(0, PROBLEMS).map((problem) => problem.slice(0, PROBLEM)) };
}

/** Kind and scalar fields, for people: `add-service api, shop`. */
function nameOf({ kind, ...fields }: StoredIntent): string {
  const texts: string[] = [];
  JSON.stringify(fields, (_key, value: unknown) => {
    if (typeof value === "string" && texts.length < 4 && value.length <= 80) texts.push(value);
    return value;
  });
  return texts.length === 0 ? kind : `${kind} ${texts.join(" ")}`;
}
