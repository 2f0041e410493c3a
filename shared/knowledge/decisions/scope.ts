/** Where a rule or a proposal holds: environments, namespaces, and names in the words that narrow it. */
import type { Clause } from "./clauses.ts";
import { termsIn } from "./clauses.ts";
import { marksIn } from "./terms.ts";
import { wordsOf } from "./words.ts";

/** Empty lists bound nothing. */
export interface Scope {
  readonly environments: readonly string[];
  readonly namespaces: readonly string[];
  /** Other words of an exception, in lower case: the workloads or teams it names. */
  readonly names: readonly string[];
}

export const EVERYWHERE: Scope = { environments: [], namespaces: [], names: [] };

const NAMESPACE_AFTER = /\bnamespaces?[\s:]+[`"']?([a-z0-9][a-z0-9-]{1,62})\b/giu;
const NAMESPACE_BEFORE =
  /(?:^|[^\w-])[`"']?([a-z0-9][a-z0-9-]{0,62})[`"']?(?:(?:,| and| or) [`"']?([a-z0-9][a-z0-9-]{0,62})[`"']?)? namespaces?\b/giu;
const NO_NAME = new Set(
  "a an the every each all any its their this that same own other another one no new single whole some per of in to is are be by with for and or default kubernetes team tenant user target production staging application app must has have gets get which".split(
    " ",
  ),
);

export function scopeOf(text: string): Scope {
  const words = wordsOf(text);
  const environments = termsIn({ marks: marksIn(words) }, "environment").map(({ term }) => term.id);
  return { environments: [...new Set(environments)], namespaces: namespacesIn(text), names: [] };
}

/** The scope of an exception; its other words are names. */
export function exceptionOf(text: string): Scope {
  const scope = scopeOf(text);
  const names = wordsOf(text).map(({ text: word }) => word.toLowerCase());
  return { ...scope, names: names.filter((word) => word.length > 2 && !NO_NAME.has(word) && !IDLE.has(word)) };
}
const IDLE = new Set(
  "namespace namespaces where with for from those that which when pods pod containers container cluster environment services service workloads workload team tools jobs".split(
    " ",
  ),
);

export function namespacesIn(text: string): readonly string[] {
  const bounded = text.slice(0, 4_000);
  const found = [
    ...[...bounded.matchAll(NAMESPACE_BEFORE)].flatMap(([, one, other]) => [one, other]),
    ...[...bounded.matchAll(NAMESPACE_AFTER)].map(([, one]) => one),
  ];
  const names = found.flatMap((name) =>
    name === undefined || NO_NAME.has(name.toLowerCase()) ? [] : [name.toLowerCase()],
  );
  return [...new Set(names)].filter(
    (name) =>
      !/^(?:get|gets|has|have|is|are|must|with|that|where|and|or|of|in|named|called|after|to|it|its|runs?)$/u.test(
        name,
      ),
  );
}

export function clauseScope(clause: Clause): Scope {
  return scopeOf(clause.text);
}

/** `inside`: the rule covers it; `outside`: it does not; `unsure`: the words do not tell. */
export function covers(rule: Scope, claim: Scope, words: string): "inside" | "outside" | "unsure" {
  const environment = overlap(rule.environments, claim.environments);
  if (environment === "outside") return "outside";
  const said = rule.namespaces.filter((name) => mentions(words, name));
  const namespace = said.length > 0 ? "inside" : overlap(rule.namespaces, claim.namespaces);
  if (namespace === "outside") return "outside";
  return environment === "unsure" || namespace === "unsure" ? "unsure" : "inside";
}

/** An exception must be named by the claim itself. */
export function isExcepted(exceptions: readonly Scope[], claim: Scope, words: string): boolean {
  return exceptions.some(({ environments, namespaces, names }) => {
    if (environments.some((one) => claim.environments.includes(one))) return true;
    if (namespaces.some((one) => claim.namespaces.includes(one) || mentions(words, one))) return true;
    const wanted = names.filter((one) => !namespaces.includes(one));
    return namespaces.length === 0 && environments.length === 0 && wanted.some((one) => mentions(words, one));
  });
}

function overlap(rule: readonly string[], claim: readonly string[]): "inside" | "outside" | "unsure" {
  if (rule.length === 0) return "inside";
  if (claim.length === 0) return "unsure";
  return rule.some((one) => claim.includes(one)) ? "inside" : "outside";
}

function mentions(words: string, name: string): boolean {
  const at = words.toLowerCase().indexOf(name);
  if (at < 0) return false;
  const around = `${words[at - 1] ?? " "}${words[at + name.length] ?? " "}`;
  return !/[\p{L}\p{N}-]/u.test(around);
}
