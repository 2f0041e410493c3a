/** What a plan is made from: the repository at its newest commit, what it is about, what it names, and which places are taken. */
import type { Improvement } from "../../shared/domain/improvement.ts";
import { spokenIn, type Topic, topicOf } from "../../shared/domain/lexicon.ts";
import type { Status } from "../../shared/domain/lifecycle.ts";
import type { DryRun } from "../../shared/dry-run-port.ts";
import type { Candidate } from "../../shared/intents/intent.ts";
import { type Scope, scopeOf } from "../../shared/intents/named/named-scope.ts";
import { narrowed } from "../../shared/intents/named/narrow.ts";
import { intents, type RegisteredIntent, targetOf } from "../../shared/intents/registry.ts";
import type { RenderedChangeSet } from "../../shared/intents/render.ts";
import type { PolicySettings } from "../../shared/policy/settings.ts";
import type { GitReader, History } from "../../shared/ports.ts";
import { loadPlatform } from "../../shared/repository/load.ts";
import type { Platform, PlatformOptions } from "../../shared/repository/platform.ts";
import { shownToCluster } from "./dry-run.ts";

type RenderedChange = Extract<RenderedChangeSet, { kind: "rendered" }>;

export interface RepositoryPorts {
  readonly git: GitReader;
  readonly history: Pick<History, "recent">;
  /** Absent where no cluster is to be asked. */
  readonly dryRun?: DryRun | undefined;
  readonly settings: { readonly platform: PlatformOptions; readonly policy: PolicySettings };
}

export interface Subject {
  readonly topic: Topic | undefined;
  /** The intent that carries the topic out; undefined where the school knows none. */
  readonly definition: RegisteredIntent | undefined;
}

export interface Situation extends Subject {
  readonly improvement: Improvement;
  readonly platform: Platform;
  readonly policy: PolicySettings;
  /** What was said, for intents with several forms. */
  readonly about: string;
  /** What it names, where it does: a change is made there or nowhere. The checks before looked nowhere else. */
  readonly scope: Scope | undefined;
  readonly past: readonly Improvement[];
  /** Targets of other improvements. */
  readonly taken: ReadonlySet<string>;
  /** A change with what the cluster says to it in its verdict. */
  readonly shown: (rendered: RenderedChange) => Promise<RenderedChange>;
}

/** Past improvements whose targets are taken. */
const REMEMBERED = 1_000;

export function subjectOf(improvement: Improvement): Subject {
  const topic = topicOf(improvement);
  return { topic, definition: topic?.intent === undefined ? undefined : intents.get(topic.intent) };
}

export async function lookAround(
  improvement: Improvement,
  subject: Subject,
  { git, history, dryRun, settings }: RepositoryPorts,
  { signal, now }: { readonly signal: AbortSignal; readonly now: () => number },
): Promise<Situation> {
  const commit = await git.head(signal);
  const platform = await loadPlatform(git, commit, settings.platform);
  const past = (await history.recent(REMEMBERED)).filter(({ id }) => id !== improvement.id);
  return {
    ...subject,
    improvement,
    platform,
    policy: { ...settings.policy, now: now() },
    about: spokenIn(improvement),
    scope: scopeOf(improvement, platform),
    past,
    taken: new Set(past.flatMap(({ intent }) => (intent === undefined ? [] : [targetOf(intent)]))),
    shown: (rendered) => shownToCluster(rendered, platform, dryRun, signal),
  };
}

export interface Places {
  readonly all: readonly Candidate[];
  /** Those no other improvement has, the best first. */
  readonly free: readonly Candidate[];
  /** Why a person decides about them: they are only around what is named. */
  readonly doubt?: string;
}

export function placesFor(definition: RegisteredIntent, situation: Situation): Places {
  const { platform, about, scope, taken, past, improvement } = situation;
  const everywhere = definition.candidates(platform, about);
  const { candidates: all, isAround } =
    scope === undefined ? { candidates: everywhere, isAround: false } : narrowed(everywhere, scope, platform);
  const free = keepEarlier(
    restedFirst(
      all.filter(({ intent }) => !taken.has(targetOf(intent))),
      past,
    ),
    improvement,
  );
  if (scope === undefined || !isAround) return { all, free };
  return { all, free, doubt: `it names ${scope.label}, and the change is not there but around it` };
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
function keepEarlier(candidates: readonly Candidate[], { intent: earlier }: Improvement): readonly Candidate[] {
  if (earlier === undefined) return candidates;
  const same = candidates.filter(({ intent }) => targetOf(intent) === targetOf(earlier));
  return [...same, ...candidates.filter((candidate) => !same.includes(candidate))];
}
