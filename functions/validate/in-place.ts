/**
 * Is what it asks for there already? Objects it writes out are looked for by kind and name. Where a typed intent carries it
 * out, that intent surveys what the proposal names, or everything where it names nothing; what else a proposal wants
 * deployed is looked for by its name. A placeholder is not there, and what sleeps is for a person to judge.
 */
import type { Citation, ValidationFinding } from "../../shared/domain/improvement.ts";
import { spokenIn, topicOf } from "../../shared/domain/lexicon.ts";
import { nameOf } from "../../shared/graph/graph.ts";
import { citationOf } from "../../shared/graph/places.ts";
import { placedContainers } from "../../shared/intents/edit/workload-edit.ts";
import type { Survey } from "../../shared/intents/intent.ts";
import { type Scope, scopeOf } from "../../shared/intents/named/named-scope.ts";
import { type Proposal, proposedIn } from "../../shared/intents/named/proposed-text.ts";
import { surveyWithin } from "../../shared/intents/named/within-scope.ts";
import { intents, type RegisteredIntent } from "../../shared/intents/registry.ts";
import { isPinned, withoutVersion } from "../../shared/policy/images.ts";
import { placeOf } from "../../shared/repository/lines.ts";
import type { Platform } from "../../shared/repository/platform.ts";
import { isWorkloadKind } from "../../shared/repository/workloads.ts";
import { type AskedObject, askedObjects } from "./asked-objects.ts";
import { type Found, presenceOf, workloadNames } from "./presence.ts";
import { type Wanted, wantedIn } from "./wanted.ts";

const CHECK = "already-in-place";
const SHOWN = 20;
/** Its survey tells what runs, whatever was asked for. */
const BY_NAME: ReadonlySet<string> = new Set(["deploy-service", "add-mcp-server"]);

/** Undefined when neither an intent, an object nor a name says what to look for: plan will ask a person. */
export function findInPlace(proposal: Proposal, platform: Platform): ValidationFinding | undefined {
  const intent = topicOf(proposal)?.intent;
  const definition = intent === undefined ? undefined : intents.get(intent);
  const about = proposedIn(proposal);
  const scope = scopeOf(proposal, platform);
  const asked = askedObjects(proposal, scope, platform);
  const told = findAsked(asked, platform);
  if (told !== undefined && (told.result !== "pass" || definition === undefined || isSettled(asked))) return told;
  // "Deploy redis-sync" is about that workload, whatever topic its name reminds of.
  const named = findNamed(
    about,
    platform,
    definition === undefined || BY_NAME.has(definition.kind) ? undefined : isWorkload,
  );
  if (named !== undefined) return named;
  if (definition === undefined) return told;
  return scope === undefined
    ? findEverywhere(definition, spokenIn(proposal), platform)
    : findWithin(definition, proposal, scope, platform);
}

/** Whatever survey there is would be about something else. */
function isSettled(asked: readonly AskedObject[]): boolean {
  return asked.some(
    ({ spoken, state }) => state === "other-values" || (isWorkloadKind(spoken.kind) && spoken.name !== undefined),
  );
}

function findEverywhere(definition: RegisteredIntent, about: string, platform: Platform): ValidationFinding {
  const { kind } = definition;
  const { done, open } = spokenOf(definition, about, definition.survey(platform, about));
  if (open.length === 0 && done.length > 0) {
    const because = `${kind} is already done everywhere it applies (${done.length} places)`;
    return { check: CHECK, result: "conflict", because, evidence: done.slice(0, SHOWN) };
  }
  const because =
    open.length === 0
      ? `${kind} applies nowhere in this repository`
      : `${lacking(open.length)} it, ${done.length} have it`;
  return { check: CHECK, result: "pass", because, evidence: open.slice(0, SHOWN).map(({ target }) => target) };
}

function lacking(places: number): string {
  return places === 1 ? "one place lacks" : `${places} places lack`;
}

function findWithin(
  definition: RegisteredIntent,
  proposal: Proposal,
  scope: Scope,
  platform: Platform,
): ValidationFinding {
  const { kind } = definition;
  const { label, missing } = scope;
  const [gone] = missing;
  if (gone !== undefined) {
    const because = `it names ${nameOf(gone)}, which ${gone.because}`;
    return { check: CHECK, result: "unknown", because, evidence: missing.map(nameOf) };
  }
  if (kind === "pin-image" && scope.images.length > 0) return findPinned(proposedIn(proposal), scope);
  const about = spokenIn(proposal);
  const survey = spokenOf(definition, about, definition.survey(platform, about));
  const { done, open, exempt } = surveyWithin(survey, scope, platform);
  const [first] = open;
  if (first === undefined && done.length > 0) {
    const because = `${kind} is already done for ${label}`;
    return { check: CHECK, result: "conflict", because, evidence: done.slice(0, SHOWN) };
  }
  const evidence = [...open, ...exempt].map(({ target, because }) => `${target}: ${because}`).slice(0, SHOWN);
  const [spared] = exempt;
  const because =
    first !== undefined
      ? `${label}: ${lacking(open.length)} it, ${done.length} have it`
      : spared !== undefined
        ? `${kind} would do no good at ${spared.target}: ${spared.because}`
        : `${kind} finds nothing of its own at ${label}`;
  return { check: CHECK, result: "pass", because, evidence };
}

/** Images are looked at themselves: who runs them may be a Job no change is planned for. */
function findPinned(about: string, { workloads, images, label }: Scope): ValidationFinding {
  const wanted = new Set(about.match(/[a-z0-9][\w./:@-]*[:@][\w.:-]*\w/gi)?.filter((one) => isPinned(one)));
  const places = workloads.flatMap((one) =>
    placedContainers(one)
      .filter(({ image }) => images.includes(withoutVersion(image)))
      .map(({ name, image }) => ({
        place: `${one.resource.path}: ${nameOf(one.resource)}, container ${name} runs ${image.slice(0, 200)}`,
        isDone: isPinned(image) && (wanted.size === 0 || wanted.has(image)),
      })),
  );
  const open = places.filter(({ isDone }) => !isDone);
  if (open.length === 0 && places.length > 0) {
    const evidence = places.map(({ place }) => place).slice(0, SHOWN);
    return { check: CHECK, result: "conflict", because: `pin-image is already done for ${label}`, evidence };
  }
  const because = `${label}: ${open.length} of ${places.length} places lack it`;
  return { check: CHECK, result: "pass", because, evidence: open.map(({ place }) => place).slice(0, SHOWN) };
}

/** Where a form is asked for by name, what runs only that counts. */
function spokenOf(definition: RegisteredIntent, about: string, survey: Survey): Survey {
  const forms = BY_NAME.has(definition.kind) ? definition.forms(about) : [];
  if (forms.length === 0) return survey;
  return { ...survey, done: survey.done.filter((place) => forms.some((id) => place.endsWith(` runs ${id}`))) };
}

/** One that is missing is enough to go on; then what a person has to judge; then what is there. */
function findAsked(asked: readonly AskedObject[], platform: Platform): ValidationFinding | undefined {
  const rank = ["absent", "placeholder", "other-values", "unsure", "zero-replicas", "present"] as const;
  const decisive = rank.flatMap((state) => asked.filter((one) => one.state === state))[0];
  if (decisive === undefined) return undefined;
  const { state, because } = decisive;
  const result =
    state === "present" ? "conflict" : state === "zero-replicas" || state === "unsure" ? "unknown" : "pass";
  const looks = [decisive, ...asked.filter((one) => one !== decisive)].flatMap(({ nodes, keys = [] }) =>
    nodes.map((node) => ({ node, keys })),
  );
  return { check: CHECK, result, because, ...placesOf(looks, platform) };
}

interface Look extends Found {
  readonly wanted: Wanted;
}

function isWorkload({ node }: Look): boolean {
  return node !== undefined && isWorkloadKind(node.kind);
}

/** `counts`: only what was found so; unless given, what was not found counts too. */
function findNamed(
  about: string,
  platform: Platform,
  counts: (look: Look) => boolean = () => true,
): ValidationFinding | undefined {
  const wanted = wantedIn(about, workloadNames(platform));
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
  looks: readonly (Partial<Pick<Look, "node" | "file">> & { readonly keys?: readonly string[] })[],
  platform: Platform,
): { readonly evidence: readonly string[]; readonly citations?: readonly Citation[] } {
  const evidence: string[] = [];
  const citations: Citation[] = [];
  for (const { node, file, keys = [] } of looks.slice(0, SHOWN)) {
    if (file !== undefined) evidence.push(`${file.path}:${file.line}`);
    const resource = node?.resource;
    const at = keys.length === 0 ? ["metadata", "name"] : keys;
    if (node === undefined || resource === undefined) continue;
    evidence.push(`${placeOf(platform, resource, ...at)}: ${nameOf(node)} (${node.state})`);
    const { path, document, item } = resource;
    citations.push(citationOf(platform, { path, document, ...(item === undefined ? {} : { item }), keys: at }, node));
  }
  return citations.length === 0 ? { evidence } : { evidence, citations };
}
