/**
 * Is there room for it? Looks at the places it could go to with what it would add there: ResourceQuota and LimitRange of
 * the namespace, summed from the manifests. One place with room is enough; which one is taken `plan` decides.
 */
import type { Improvement, ValidationFinding } from "../../shared/domain/improvement.ts";
import { spokenIn, topicOf } from "../../shared/domain/lexicon.ts";
import type { Candidate } from "../../shared/intents/intent.ts";
import { intents, type RegisteredIntent } from "../../shared/intents/registry.ts";
import { renderChangeSet } from "../../shared/intents/render.ts";
import { withChanges } from "../../shared/repository/change.ts";
import { contradictions, limitsOf } from "../../shared/repository/limit-range.ts";
import { placeOf } from "../../shared/repository/lines.ts";
import { inNamespace } from "../../shared/repository/lookup.ts";
import type { Platform } from "../../shared/repository/platform.ts";
import { quotaRoom } from "../../shared/repository/quota.ts";

const CHECK = "capacity";
/** As many places as `plan` tries. */
const TRIED = 20;
const SHOWN = 20;

interface Room {
  readonly verdict: "fits" | "over" | "unsure";
  readonly because: string;
  readonly evidence: readonly string[];
}

/** Undefined when no typed intent says what would be added, or there is no place to add it to. */
export function findCapacity(
  improvement: Pick<Improvement, "title" | "description" | "quotes">,
  platform: Platform,
): ValidationFinding | undefined {
  const intent = topicOf(improvement)?.intent;
  const definition = intent === undefined ? undefined : intents.get(intent);
  if (definition === undefined) return undefined;
  const about = spokenIn(improvement);
  const candidates = definition.candidates(platform, about).slice(0, TRIED);
  const rooms = candidates.length > 0 ? roomsOf(candidates, definition, platform) : closed(definition, platform, about);
  const fitting = rooms.find(({ verdict }) => verdict === "fits");
  const open = fitting ?? rooms.find(({ verdict }) => verdict === "unsure") ?? rooms[0];
  if (open === undefined) return undefined;
  const evidence = [...new Set(rooms.flatMap((room) => room.evidence))].slice(0, SHOWN);
  const result = { fits: "pass", unsure: "unknown", over: "conflict" } as const;
  const others =
    open.verdict === "over" && rooms.length > 1 ? ` (and none of ${rooms.length - 1} other places has room)` : "";
  return { check: CHECK, result: result[open.verdict], because: `${open.because}${others}`, evidence };
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
    };
  }
  const impossible = definition.sizesPods ? impossibleIn(platform, namespace) : undefined;
  if (impossible !== undefined) return impossible;
  const rendered = renderChangeSet(intent, platform);
  if (rendered.kind === "refused") return { verdict: "unsure", because: rendered.because, evidence: [target] };
  const quotas = quotaRoom(platform, withChanges(platform, rendered.changeSet.files), namespace);
  const evidence = quotas.map(({ message }) => message);
  const denied = rendered.verdict.rules.find(({ rule }) => rule === "resource-quota" || rule === "limit-range");
  const worst = quotas.find(({ verdict }) => verdict === "over") ?? quotas.find(({ verdict }) => verdict === "unsure");
  if (worst !== undefined && (worst.verdict === "over" || denied === undefined)) {
    return { verdict: worst.verdict, because: `${target}: ${worst.message}`, evidence };
  }
  if (denied !== undefined) {
    return { verdict: "over", because: denied.message, evidence: [denied.path ?? target, ...evidence] };
  }
  const names = bounds.map(({ kind, name }) => `${kind} ${name}`).join(", ");
  const paths = bounds.map(({ path, kind, name }) => `${path}: ${kind} ${namespace}/${name}`);
  return { verdict: "fits", because: `${target} fits into ${names}`, evidence: evidence.length > 0 ? evidence : paths };
}

/** Nowhere to go: a LimitRange nobody can satisfy may be why. */
function closed(definition: RegisteredIntent, platform: Platform, about: string): readonly Room[] {
  if (!definition.sizesPods) return [];
  const { open } = definition.survey(platform, about);
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
