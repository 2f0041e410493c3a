/**
 * plan: finds the place in the repository where an improvement applies, and renders the change. The text only says
 * what it is about; where and how much comes from the repository.
 */

import type { Improvement, StoredIntent } from "../../shared/domain/improvement.ts";
import { spokenIn, topicOf } from "../../shared/domain/lexicon.ts";
import type { Status } from "../../shared/domain/lifecycle.ts";
import type { Candidate, Survey } from "../../shared/intents/intent.ts";
import { intents, targetOf } from "../../shared/intents/registry.ts";
import { type RenderedChangeSet, renderChangeSet } from "../../shared/intents/render.ts";
import type { PolicySettings } from "../../shared/policy/settings.ts";
import type { GitReader, History } from "../../shared/ports.ts";
import { loadPlatform } from "../../shared/repository/load.ts";
import type { Platform, PlatformOptions } from "../../shared/repository/platform.ts";
import { askPerson, moveTo, type OutcomeOf } from "../../shared/runtime/outcome.ts";
import type { Context, InputOf } from "../../shared/runtime/stage.ts";

export interface PlanPorts {
  readonly git: GitReader;
  readonly history: Pick<History, "recent">;
  readonly settings: { readonly platform: PlatformOptions; readonly policy: PolicySettings };
}

/** Past improvements whose targets are taken. */
const REMEMBERED = 1_000;
/** Candidates tried until one is not denied. */
const TRIED = 20;
const LISTED = 50;

export async function plan(
  { improvement }: InputOf<"plan">,
  { git, history, settings }: PlanPorts,
  { signal, now }: Pick<Context, "signal" | "now">,
): Promise<OutcomeOf<"plan">> {
  const topic = topicOf(improvement);
  const definition = topic?.intent === undefined ? undefined : intents.get(topic.intent);
  if (definition === undefined) {
    const about = topic === undefined ? "what it is about is not clear" : `there is none for ${topic.id}`;
    return askPerson("plan", `no typed intent can carry this out: ${about}; a person has to write the change`);
  }
  const commit = await git.head(signal);
  const platform = await loadPlatform(git, commit, settings.platform);
  const about = spokenIn(improvement);
  const all = definition.candidates(platform, about);
  const past = (await history.recent(REMEMBERED)).filter(({ id }) => id !== improvement.id);
  const taken = new Set(past.flatMap(({ intent }) => (intent === undefined ? [] : [targetOf(intent)])));
  const free = all.filter(({ intent }) => !taken.has(targetOf(intent)));
  const policy = { ...settings.policy, now: now() };
  const chosen = choose(keepEarlier(restedFirst(free, past), improvement.intent), platform, policy);
  if (chosen === undefined) {
    return nothingLeft(definition.kind, definition.survey(platform, about), all.length, all.length - free.length);
  }
  const { candidate, rendered } = chosen;
  const others = new Set(free.map(({ target }) => target).filter((target) => target !== candidate.target));
  return moveTo(
    "planned",
    {
      intent: candidate.intent,
      other_targets: [...others].slice(0, LISTED),
      change_set: rendered.changeSet,
      verdict: rendered.verdict,
    },
    `${candidate.target}: ${candidate.because}`,
    { commit, changes: rendered.changes, candidates: all.length, taken: all.length - free.length },
  );
}

/**
 * Applications where nothing is under way and nothing was rolled back come first: changes of one Application wait for
 * each other, and one that was just hurt should rest.
 */
function restedFirst(candidates: readonly Candidate[], past: readonly Improvement[]): readonly Candidate[] {
  const settled: readonly Status[] = ["verified", "rejected", "conflicts", "dead"];
  const busy = new Set(
    past.flatMap(({ status, change_set }) => (settled.includes(status) ? [] : [change_set?.application])),
  );
  const isBusy = ({ application }: Candidate) => busy.has(application);
  return [...candidates.filter((candidate) => !isBusy(candidate)), ...candidates.filter(isBusy)];
}

/** A plan that was made before stays where it was, so that a second run does not move it to another workload. */
function keepEarlier(candidates: readonly Candidate[], earlier: StoredIntent | undefined): readonly Candidate[] {
  if (earlier === undefined) return candidates;
  const same = candidates.filter(({ intent }) => targetOf(intent) === targetOf(earlier));
  return [...same, ...candidates.filter((candidate) => !same.includes(candidate))];
}

interface Chosen {
  readonly candidate: Candidate;
  readonly rendered: Extract<RenderedChangeSet, { kind: "rendered" }>;
}

/** The best candidate policy does not deny; if it denies all of them the best one, so that its verdict is on record. */
function choose(candidates: readonly Candidate[], platform: Platform, policy: PolicySettings): Chosen | undefined {
  let denied: Chosen | undefined;
  for (const candidate of candidates.slice(0, TRIED)) {
    const rendered = renderChangeSet(candidate.intent, platform, policy);
    if (rendered.kind === "refused") continue;
    if (rendered.verdict.decision !== "deny") return { candidate, rendered };
    denied ??= { candidate, rendered };
  }
  return denied;
}

function nothingLeft(kind: string, survey: Survey, found: number, taken: number): OutcomeOf<"plan"> {
  const { done, open, exempt = [] } = survey;
  const first = open[0] ?? (done.length === 0 ? exempt[0] : undefined);
  const more = (open.length > 0 ? open : exempt).length - 1;
  const reason =
    found > 0 && taken === found
      ? `every place for ${kind} is taken by another improvement (${taken})`
      : first === undefined
        ? `${kind} is in place already or does not apply (${done.length} places checked)`
        : `${kind} cannot be done: ${first.target}: ${first.because}${more > 0 ? `, and ${more} more` : ""}`;
  const because = `nothing to improve: ${reason}`;
  return moveTo("rejected", { failure_reason: because }, because, {
    done: done.slice(0, LISTED),
    open: open.slice(0, LISTED),
    exempt: exempt.slice(0, LISTED),
  });
}
