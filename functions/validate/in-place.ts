/**
 * Is what it asks for there already? Where a typed intent carries it out, that intent surveys the repository; what else a
 * proposal wants deployed is looked for by its name. A placeholder is not there, and what sleeps is for a person to judge.
 */
import type { Citation, Improvement, ValidationFinding } from "../../shared/domain/improvement.ts";
import { spokenIn, topicOf } from "../../shared/domain/lexicon.ts";
import { nameOf } from "../../shared/graph/graph.ts";
import { citationOf } from "../../shared/graph/places.ts";
import { intents } from "../../shared/intents/registry.ts";
import { placeOf } from "../../shared/repository/lines.ts";
import type { Platform } from "../../shared/repository/platform.ts";
import { WORKLOAD_KINDS } from "../../shared/repository/workloads.ts";
import { type Found, presenceOf, workloadNames } from "./presence.ts";
import { type Wanted, wantedIn } from "./wanted.ts";

const CHECK = "already-in-place";
const SHOWN = 20;
/** Its survey tells what runs, whatever was asked for. */
const BY_NAME: ReadonlySet<string> = new Set(["deploy-service", "add-mcp-server"]);

type Text = Pick<Improvement, "title" | "description" | "quotes">;

/** Undefined when neither an intent nor a name says what to look for: plan will ask a person. */
export function findInPlace(improvement: Text, platform: Platform): ValidationFinding | undefined {
  const intent = topicOf(improvement)?.intent;
  const definition = intent === undefined ? undefined : intents.get(intent);
  if (definition === undefined || BY_NAME.has(definition.kind)) {
    const named = findNamed(improvement, platform);
    if (named !== undefined || definition === undefined) return named;
  }
  const about = spokenIn(improvement);
  const { done: all, open } = definition.survey(platform, about);
  const spoken = BY_NAME.has(definition.kind) ? definition.forms(about) : [];
  const done = spoken.length === 0 ? all : all.filter((place) => spoken.some((id) => place.endsWith(` runs ${id}`)));
  if (open.length === 0 && done.length > 0) {
    const because = `${definition.kind} is already done everywhere it applies (${done.length} places)`;
    return { check: CHECK, result: "conflict", because, evidence: done.slice(0, SHOWN) };
  }
  // "Deploy redis-sync" is about that workload, whatever topic its name reminds of.
  const asked = findNamed(improvement, platform, (look) => isWorkload(look));
  if (asked !== undefined) return asked;
  const because =
    open.length === 0
      ? `${definition.kind} applies nowhere in this repository`
      : `${open.length} places lack it, ${done.length} have it`;
  return { check: CHECK, result: "pass", because, evidence: open.slice(0, SHOWN).map(({ target }) => target) };
}

interface Look extends Found {
  readonly wanted: Wanted;
}

function isWorkload({ node }: Look): boolean {
  return node !== undefined && (WORKLOAD_KINDS as readonly string[]).includes(node.kind);
}

/** `counts`: only what was found so; unless given, what was not found counts too. */
function findNamed(
  improvement: Text,
  platform: Platform,
  counts: (look: Look) => boolean = () => true,
): ValidationFinding | undefined {
  const wanted = wantedIn(spokenIn(improvement), workloadNames(platform));
  const looks = wanted.map((one) => ({ wanted: one, ...presenceOf(one, platform) })).filter(counts);
  const asleep = looks.find(({ state }) => state === "zero-replicas" || state === "unread");
  const missing = looks.find(
    (look) => look.state === "absent" || look.state === "placeholder" || look.wanted.isFurther,
  );
  const decisive = missing ?? asleep ?? looks[0];
  if (decisive === undefined) return undefined;
  const first = [decisive, ...looks.filter((look) => look !== decisive)];
  return { check: CHECK, ...told(decisive), ...placesOf(first, platform) };
}

function told(look: Look): Pick<ValidationFinding, "result" | "because"> {
  const { wanted, state, because, node } = look;
  const what = node === undefined ? wanted.spoken : `${wanted.spoken} (${nameOf(node)})`;
  if (wanted.isFurther && state !== "absent")
    return { result: "pass", because: `${what} ${because}; a further one is asked for` };
  if (state === "present") return { result: "conflict", because: `${what} is there already` };
  if (state === "placeholder") return { result: "pass", because: `${what} is not implemented: it ${because}` };
  if (state === "zero-replicas")
    return { result: "unknown", because: `${what} exists but ${because}: wake it, or deploy it anew?` };
  if (state === "unread") return { result: "unknown", because: `${wanted.spoken} ${because}` };
  return { result: "pass", because: `${wanted.spoken} ${because}` };
}

function placesOf(
  looks: readonly Look[],
  platform: Platform,
): { readonly evidence: readonly string[]; readonly citations?: readonly Citation[] } {
  const evidence: string[] = [];
  const citations: Citation[] = [];
  for (const { node, file } of looks.slice(0, SHOWN)) {
    if (file !== undefined) evidence.push(`${file.path}:${file.line}`);
    const resource = node?.resource;
    if (node === undefined || resource === undefined) continue;
    evidence.push(`${placeOf(platform, resource, "metadata", "name")}: ${nameOf(node)} (${node.state})`);
    const { path, document, item } = resource;
    citations.push(
      citationOf(
        platform,
        { path, document, ...(item === undefined ? {} : { item }), keys: ["metadata", "name"] },
        node,
      ),
    );
  }
  return citations.length === 0 ? { evidence } : { evidence, citations };
}
