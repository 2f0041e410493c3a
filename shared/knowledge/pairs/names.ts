/** What a proposal calls by name: technologies, the things it is to be done to, proper names, hosts. */
import { stopWords } from "../embedding/stop-words.ts";
import { conceptsOf } from "./synonyms.ts";
import { technologyOf } from "./technologies.ts";
import type { Word } from "./words.ts";

export interface Names {
  /** Technology -> the line of its alternatives, -1 where there is none. */
  readonly technologies: ReadonlyMap<string, number>;
  /** What stands before or after words such as `namespace`, `service`, `pods`: role -> words as concepts. */
  readonly targets: ReadonlyMap<string, ReadonlySet<string>>;
  /** Other words with a capital inside a sentence, in lower case. */
  readonly proper: ReadonlySet<string>;
}

/** `max_connections`, `maxSurge`: settings are called by their own names. */
const FIELD_NAME = /^\p{Ll}+(?:_\p{Ll}+)+$|^\p{Ll}{2,}\p{Lu}[\p{L}\p{N}]+$/u;

/** What something named is; singular or plural, several words of one role are one. */
const ROLES: readonly (readonly [RegExp, string])[] = [
  [/^namespaces?$/, "namespace"],
  [/^(?:micro)?services?$/, "workload"],
  [
    /^(?:pods?|containers?|deployments?|workloads?|workers?|consumers?|jobs?|statefulsets?|servers?|brokers?)$/,
    "workload",
  ],
  [/^(?:apis?|frontends?|backends?|website|site|endpoint|client)$/, "workload"],
  [/^(?:databases?|db|dbs|tables?|index|store)$/, "data"],
  [/^(?:buckets?|topics?|queues?|shards?)$/, "data"],
  [/^(?:clusters?|nodes?|region|zone|network)$/, "place"],
  [/^teams?$/, "team"],
];
/** Adjectives and everyday words before a role: they name nothing. */
const GENERIC = new Set(
  `all each every any no own new old other another same single two three four five six second first third whole separate dedicated different
  public private internal external remote local shared stateful stateless idle busy failing failed bad good big bigger small main
  default custom production staging prod dev test testing scratch empty raw full critical important unused legacy running existing
  application app apps workload service services pod pods container containers kubernetes k8s cluster node nodes namespace
  database databases db data system platform resource resources user users customer team teams company java go python node.js
  privileged root non-root memory cpu gpu disk storage network access security policy policies control message messages
  one per of in into on for from to and or with that which their its our your the a an this these those some many few more most
  backup replica replicas read-only replication health web-facing slow fast high low availability ready large larger sensitive stable
  machine machines virtual physical load-balanced managed native cloud target upstream downstream vector relational sql kv key-value
  is are be been being has have run runs running use uses using let lets give gives set sets put puts make makes need needs should must may
  restart scale add remove enable disable protect secure limit deploy expose move migrate keep store stop start between behind only give us we`
    .split(/\s+/)
    .filter((word) => word !== ""),
);
/** Words that are written with a capital anywhere and are no names of one thing. */
const FIELD =
  /^(?:i|i'm|i've|kubernetes|k8s|api|apis|cpu|ram|gpu|gpus|tls|https?|dns|ip|ssh|db|dbs|sql|ui|ci|cd|pr|prs|url|urls|json|yaml|git|gitops|github|linux|docker|ssl|mtls|pvc|pvcs|pdb|hpa|slo|slos|sla|cve|cves|rbac|sso|oidc|vpn|waf|dlq|cdn|lb|az|azs|kms|id|ids|os|os's|arm|ml|ai|llm|llms|rag|sdk|cli|iam|jwt|am|pm|english|european?|argo|cert|encrypt|let's|bm25|crd|crds|http|uuid|kv|pod|pods|service|services|deployment|deployments|ingress|secret|secrets|job|jobs|node|nodes|namespace|namespaces|configmap|configmaps|january|february|march|april|june|july|august|september|october|november|december|monday|tuesday|wednesday|thursday|friday|saturday|sunday)$/;
/** A text that capitalises most of its words is a headline: capitals mean nothing there. */
const HEADLINE = 0.6;

export function namesOf(words: readonly Word[]): Names {
  const technologies = new Map<string, number>();
  for (const [i, { plain }] of words.entries()) {
    const next = words[i + 1]?.plain ?? "";
    const found = technologyOf(`${plain}-${next}`) ?? technologyOf(plain) ?? technologyOf(plain.split("-")[0] ?? "");
    if (found !== undefined) technologies.set(found.name, found.line ?? -1);
  }
  return { technologies, targets: targetsOf(words), proper: properOf(words) };
}

function targetsOf(words: readonly Word[]): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>();
  for (const [i, word] of words.entries()) {
    if (FIELD_NAME.test(word.raw)) found.set("field", (found.get("field") ?? new Set()).add(word.plain));
    const role = ROLES.find(([pattern]) => pattern.test(word.plain))?.[1];
    if (role === undefined) continue;
    const before = words[i - 1];
    const after = words[i + 1];
    const target = before !== undefined && before.clause === word.clause && isName(before) ? before : undefined;
    // "the bucket photos-cold", "namespace shop-eu": what follows is a name only when it looks like one.
    const follows = after !== undefined && after.clause === word.clause && /^\p{L}\p{L}*[-_.]\p{L}/u.test(after.plain);
    for (const named of [target, follows ? after : undefined]) {
      if (named !== undefined) found.set(role, (found.get(role) ?? new Set()).add(conceptOf(named.stem)));
    }
  }
  return found;
}

/** `docs` and `documentation` name the same site. */
function conceptOf(stem: string): string {
  return conceptsOf([stem])[0] ?? stem;
}

function isName({ plain }: Word): boolean {
  return (
    !GENERIC.has(plain) &&
    !stopWords.has(plain) &&
    plain.length > 1 &&
    !/^\d/.test(plain) &&
    technologyOf(plain) === undefined
  );
}

function properOf(words: readonly Word[]): ReadonlySet<string> {
  const long = words.filter(({ plain }) => /^\p{L}{4,}/u.test(plain));
  const capitals = long.filter(({ raw }) => /^\p{Lu}/u.test(raw)).length;
  if (long.length > 2 && capitals / long.length >= HEADLINE) return new Set();
  const found = words.filter(
    ({ raw, plain, opens }) => !opens && /^\p{Lu}[\p{L}\p{N}]/u.test(raw) && !FIELD.test(plain) && !isKind(raw),
  );
  return new Set(found.map(({ plain }) => plain).filter((plain) => technologyOf(plain) === undefined));
}

/** `PodDisruptionBudget`, `ConfigMap`: kinds and fields are compared as words of the field. */
function isKind(raw: string): boolean {
  return /^\p{Lu}\p{Ll}+\p{Lu}/u.test(raw) || /^\p{Lu}+$/u.test(raw);
}
