/**
 * Is there room for it? Looks at the places it names, or else all it could go to, with what it would add there: ResourceQuota and LimitRange of
 * the namespace, summed from the manifests, then the nodes, as far as metrics tell. One place with room is enough; which
 * one is taken `plan` decides.
 */
import type { Citation, ValidationFinding } from "../../shared/domain/improvement.ts";
import { spokenIn, topicOf } from "../../shared/domain/lexicon.ts";
import { placeIn } from "../../shared/graph/draft.ts";
import { type LimitViolation, limitViolations } from "../../shared/graph/limit-violations.ts";
import { citationOf, placeText, placeOf as placeWritten } from "../../shared/graph/places.ts";
import type { Candidate } from "../../shared/intents/intent.ts";
import { type Scope, scopeOf } from "../../shared/intents/named/named-scope.ts";
import type { Proposal } from "../../shared/intents/named/proposed-text.ts";
import { candidatesWithin, surveyWithin } from "../../shared/intents/named/within-scope.ts";
import { intents, type RegisteredIntent } from "../../shared/intents/registry.ts";
import { renderChangeSet } from "../../shared/intents/render.ts";
import type { Metrics } from "../../shared/ports.ts";
import { withChanges } from "../../shared/repository/change.ts";
import { contradictions, limitsOf } from "../../shared/repository/limit-range.ts";
import { placeOf } from "../../shared/repository/lines.ts";
import { inNamespace } from "../../shared/repository/lookup.ts";
import type { Platform } from "../../shared/repository/platform.ts";
import { quotaRoom } from "../../shared/repository/quota.ts";
import { isWorkloadKind } from "../../shared/repository/workloads.ts";
import { addedPods, type NewPods } from "./added-pods.ts";
import { type AskedObject, askedObjects, DEPLOYS } from "./asked-objects.ts";

const CHECK = "capacity";
/** As many places as `plan` tries. */
const TRIED = 20;
const SHOWN = 20;
const CITED = 8;
/** Changes of workloads that are there, and of nothing a quota counts but a pod more while they roll out. */
const ASKS_FOR_NOTHING: ReadonlySet<string> = new Set([
  "pin-image",
  "add-probes",
  "harden-security-context",
  "disable-service-account-token",
]);

interface Room {
  readonly verdict: "fits" | "over" | "unsure";
  readonly because: string;
  readonly evidence: readonly string[];
  readonly citations?: readonly Citation[];
  readonly candidate?: Candidate;
  /** A quota of CPU or memory says that the nodes are meant to hold this much. */
  readonly isBudgeted?: boolean;
}

interface Found {
  readonly finding: ValidationFinding;
  /** The place with room, where there is one. */
  readonly room: Room | undefined;
}

export interface CapacityPorts {
  readonly platform: Platform;
  /** Absent where no metrics are collected. */
  readonly metrics?: Pick<Metrics, "query"> | undefined;
}

/**
 * The same with a look at the nodes: what is added must fit on one of them. A change that brings no more pods asks nothing
 * of the nodes, and passes as it does by the manifests alone. One that does, where no metrics tell, passes only where a
 * quota of CPU or memory has room for it: whoever set that has counted the nodes. Throws only the signal's reason.
 */
export async function findRoom(
  proposal: Proposal,
  { platform, metrics }: CapacityPorts,
  signal?: AbortSignal,
): Promise<ValidationFinding | undefined> {
  const found = capacityOf(proposal, platform);
  const candidate = found?.room?.candidate;
  if (found === undefined || candidate === undefined || found.finding.result !== "pass") return found?.finding;
  const pods = podsOf(candidate, platform);
  if (pods.length === 0) return noted(found.finding, "it brings no more pods to the nodes");
  const { nodeRoom } = await import("./node-room.ts");
  const nodes = await nodeRoom(pods, metrics, signal);
  if (nodes.verdict === "fits") return noted(found.finding, nodes.because);
  if (nodes.verdict === "over") {
    const because = `${candidate.target}: ${nodes.because}`;
    return { ...found.finding, result: "conflict", because, evidence: [...nodes.evidence, ...found.finding.evidence] };
  }
  if (found.room?.isBudgeted === true) return noted(found.finding, nodes.because);
  return { ...found.finding, result: "unknown", because: `${found.finding.because}, but ${nodes.because}` };
}

function noted(finding: ValidationFinding, note: string): ValidationFinding {
  return { ...finding, because: `${finding.because}; ${note}` };
}

function podsOf({ intent }: Candidate, platform: Platform): readonly NewPods[] {
  const rendered = renderChangeSet(intent, platform);
  return rendered.kind === "refused" ? [] : addedPods(platform, withChanges(platform, rendered.changeSet.files));
}

/**
 * By the manifests alone. Undefined when no typed intent says what would be added, or there is no place to add it to.
 */
export function findCapacity(proposal: Proposal, platform: Platform): ValidationFinding | undefined {
  return capacityOf(proposal, platform)?.finding;
}

function capacityOf(proposal: Proposal, platform: Platform): Found | undefined {
  const intent = topicOf(proposal)?.intent;
  const definition = intent === undefined ? undefined : intents.get(intent);
  if (definition === undefined) return undefined;
  const scope = scopeOf(proposal, platform);
  if (!sizesAsked(definition, askedObjects(proposal, scope, platform))) return undefined;
  const about = spokenIn(proposal);
  const all = definition.candidates(platform, about);
  const candidates = (scope === undefined ? all : candidatesWithin(all, scope, platform)).slice(0, TRIED);
  if (candidates.length === 0 && scope !== undefined && ASKS_FOR_NOTHING.has(definition.kind)) {
    const because = `at ${scope.label} it brings no more pods, and none asks for more`;
    return { finding: { check: CHECK, result: "pass", because, evidence: [] }, room: undefined };
  }
  const rooms =
    candidates.length > 0 ? roomsOf(candidates, definition, platform) : closed(definition, platform, about, scope);
  const fitting = rooms.find(({ verdict }) => verdict === "fits");
  const open = fitting ?? rooms.find(({ verdict }) => verdict === "unsure") ?? rooms[0];
  if (open === undefined) return undefined;
  const evidence = [...new Set(rooms.flatMap((room) => room.evidence))].slice(0, SHOWN);
  const result = { fits: "pass", unsure: "unknown", over: "conflict" } as const;
  const more = open.verdict === "over" ? rooms.length - 1 : 0;
  const others =
    more > 1 ? ` (and none of ${more} other places has room)` : more === 1 ? " (and the other place has no room)" : "";
  const citations = [
    ...new Map(rooms.flatMap((room) => room.citations ?? []).map((one) => [keyOf(one), one])).values(),
  ];
  const finding: ValidationFinding = {
    check: CHECK,
    result: result[open.verdict],
    because: `${open.because}${others}`,
    evidence,
    ...(citations.length === 0 ? {} : { citations: citations.slice(0, CITED) }),
  };
  return { finding, room: fitting };
}

/** A workload that is written out is its own size; what its name reminds of is none of it. */
function sizesAsked({ kind }: RegisteredIntent, asked: readonly AskedObject[]): boolean {
  const isAsked = asked.some(({ spoken }) => isWorkloadKind(spoken.kind) && spoken.name !== undefined);
  return !isAsked || DEPLOYS.has(kind);
}

function keyOf({ path, from, quote }: Citation): string {
  return `${path}:${from} ${quote}`;
}

/** Up to the first place that has room: those before it are what stands in the way. */
function roomsOf(candidates: readonly Candidate[], definition: RegisteredIntent, platform: Platform): readonly Room[] {
  const rooms: Room[] = [];
  for (const candidate of candidates) {
    const room = roomFor(candidate, definition, platform);
    rooms.push(room);
    if (room.verdict === "fits") break;
  }
  return rooms;
}

function roomFor(candidate: Candidate, definition: RegisteredIntent, platform: Platform): Room {
  const { namespace, target, intent } = candidate;
  const bounds = inNamespace(platform, namespace).filter(
    ({ kind }) => kind === "ResourceQuota" || kind === "LimitRange",
  );
  if (bounds.length === 0) {
    return {
      verdict: "fits",
      because: `no ResourceQuota or LimitRange in the repository bounds ${namespace}`,
      evidence: [],
      candidate,
    };
  }
  const impossible = definition.sizesPods ? impossibleIn(platform, namespace) : undefined;
  if (impossible !== undefined) return impossible;
  const rendered = renderChangeSet(intent, platform);
  if (rendered.kind === "refused") return { verdict: "unsure", because: rendered.because, evidence: [target] };
  const after = withChanges(platform, rendered.changeSet.files);
  const quotas = quotaRoom(platform, after, namespace);
  const refused = limitViolations(after, namespace);
  const evidence = [...quotas.map(({ message }) => message), ...refused.map((one) => refusal(one, after))];
  const citations = [
    ...quotas.map(({ quota, key }) => citationOf(after, placeIn(quota, ["spec", "hard", key]), quota)),
    ...refused.map((one) => citationOf(after, one.evidence, one.workload.resource)),
  ];
  const denied = rendered.verdict.rules.find(({ rule }) => rule === "resource-quota" || rule === "limit-range");
  const doubtful = ASKS_FOR_NOTHING.has(definition.kind)
    ? undefined
    : quotas.find(({ verdict }) => verdict === "unsure");
  const worst = quotas.find(({ verdict }) => verdict === "over") ?? doubtful;
  if (worst !== undefined && (worst.verdict === "over" || denied === undefined)) {
    return { verdict: worst.verdict, because: `${target}: ${worst.message}`, evidence, citations };
  }
  if (denied !== undefined) {
    return { verdict: "over", because: denied.message, evidence: [denied.path ?? target, ...evidence], citations };
  }
  const objects = new Set(
    rendered.changeSet.objects.map(({ kind, namespace: home, name }) => `${kind}/${home}/${name}`),
  );
  const own = refused.find(({ workload: { kind, name } }) => objects.has(`${kind}/${namespace}/${name}`));
  if (own !== undefined) return { verdict: "over", because: `${target}: ${refusal(own, after)}`, evidence, citations };
  const names = bounds.map(({ kind, name }) => `${kind} ${name}`).join(", ");
  const paths = bounds.map(({ path, kind, name }) => `${path}: ${kind} ${namespace}/${name}`);
  return {
    verdict: "fits",
    because: `${target} fits into ${names}`,
    evidence: evidence.length > 0 ? evidence : paths,
    citations,
    candidate,
    isBudgeted: quotas.some(
      ({ key, verdict }) => verdict === "fits" && /^(?:(?:requests|limits)\.)?(?:cpu|memory)$/.test(key),
    ),
  };
}

/** Pods a LimitRange refuses are those that are not made again once they are gone. */
function refusal({ workload, container, because, evidence }: LimitViolation, platform: Platform): string {
  const { kind, namespace = "", name } = workload;
  const where = container === undefined ? "" : `/${container}`;
  return `${placeText(placeWritten(platform, evidence))}: ${kind} ${namespace}/${name}${where}: ${because}, so its pods are refused`;
}

/** Nowhere to go: a LimitRange nobody can satisfy may be why. */
function closed(
  definition: RegisteredIntent,
  platform: Platform,
  about: string,
  scope: Scope | undefined,
): readonly Room[] {
  if (!definition.sizesPods) return [];
  const survey = definition.survey(platform, about);
  const { open } = scope === undefined ? survey : surveyWithin(survey, scope, platform);
  const namespaces = [...new Set(open.map(({ namespace }) => namespace))].filter((one) => one !== undefined);
  const rooms = namespaces.map((namespace) => impossibleIn(platform, namespace));
  return rooms.includes(undefined) ? [] : rooms.filter((room) => room !== undefined);
}

function impossibleIn(platform: Platform, namespace: string): Room | undefined {
  const limits = limitsOf(platform, namespace);
  const [contradiction] = limits === undefined ? [] : contradictions(limits);
  if (contradiction === undefined) return undefined;
  const ranges = inNamespace(platform, namespace).filter(({ kind }) => kind === "LimitRange");
  const names = ranges.map(({ name }) => name).join(", ");
  return {
    verdict: "over",
    because: `no value satisfies LimitRange ${namespace}/${names}: ${contradiction}`,
    evidence: ranges.map(
      (range) => `${placeOf(platform, range, "spec", "limits")}: LimitRange ${namespace}/${range.name}`,
    ),
  };
}
