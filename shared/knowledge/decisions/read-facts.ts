/** Reads statements of documents into typed facts. What cannot be read is left to the search for kinship, never guessed. */

import { purposesIn, thingsIn } from "./about.ts";
import type { Aspect } from "./aspects.ts";
import { boundOf, versionAfter } from "./bounds.ts";
import { choiceOf } from "./choice.ts";
import { aspectsIn, type Clause, clausesOf, cuesIn, termsIn } from "./clauses.ts";
import type { Fact, Source } from "./fact.ts";
import { locationIn } from "./location.ts";
import { isRuled, type Modality, modalityOf, onlyTells, states } from "./modality.ts";
import { practiceIn } from "./practices.ts";
import { clauseScope, EVERYWHERE, exceptionOf, type Scope } from "./scope.ts";
import { choiceOwner, LABELLED, numberOwner, settingFacts } from "./setting-facts.ts";
import { signOf } from "./sign.ts";
import type { Statement } from "./statements.ts";
import type { Technology } from "./technologies.ts";
import type { Mark } from "./terms.ts";

export interface ReadStatement {
  readonly statement: Statement;
  readonly source: Source;
  readonly facts: readonly Fact[];
  /** It tells people what to do, whether or not it could be read. */
  readonly isNormative: boolean;
}

/** Carried from one statement of a section to the next: what "they" are, what "no other" excludes. */
interface Context {
  readonly about: readonly string[];
  readonly purposes: readonly string[];
  readonly scope: Scope;
}

export function readFacts(
  statement: Statement,
  source: Source,
  before: Context,
  names?: ReadonlyMap<string, Technology>,
): { readonly read: ReadStatement; readonly context: Context } {
  const { authority } = source;
  const area = statement.area === undefined ? undefined : clausesOf(statement.area, names)[0];
  let context = area === undefined ? before : { ...before, about: thingsIn(area), purposes: purposesIn(area) };
  const clauses = clausesOf(statement.text, names);
  const facts: Fact[] = [];
  const isIdle = onlyTells(statement.text, authority);
  let isNormative = authority === "decision" && !METADATA.test(statement.text);
  for (const clause of clauses) {
    const modality = modalityOf(clause, authority);
    isNormative ||= modality.binds;
    if (authority === "none" || isIdle) continue;
    const near = contextOf(clause, context, statement);
    const found = factsOf(clause, modality, near, source, statement);
    for (const fact of found) if (!facts.some((other) => saysTheSame(fact, other))) facts.push(fact);
    if (thingsIn(clause).length > 0) context = { ...near };
  }
  if (!isIdle) facts.push(...settingFacts(statement, source, facts));
  return { read: { statement, source, facts, isNormative: isNormative && authority !== "none" && !isIdle }, context };
}

/** Lines about the document, not about the platform. */
const METADATA =
  /^(?:status|date|deciders?|version|authors?|owners?|created|updated|last updated|document|contact|technical story|trigger|level)\b[^:]{0,30}:/iu;

/** A clause that names more than this is a list of things, not a rule. */
const MOST_NAMED = 12;

export const NO_CONTEXT: Context = { about: [], purposes: [], scope: EVERYWHERE };

/** Where the clause itself names no thing, the sentence before or the headings do. */
function contextOf(clause: Clause, before: Context, { headings, area }: Statement): Context {
  const own = thingsIn(clause);
  const pointsBack = /^(?:and |but )?(?:they|it|its|these|those|this|their|such)\b/iu.test(clause.text);
  const above = headings.flatMap((heading) => clausesOf(heading).flatMap((one) => thingsIn(one)));
  const carried = pointsBack || area !== undefined ? before.about : [];
  const about = own.length > 0 && !pointsBack ? own : [...own, ...(carried.length > 0 ? carried : above)];
  const purposes = purposesIn(clause);
  const scope = clauseScope(clause);
  return { about, purposes: purposes.length > 0 ? purposes : before.purposes, scope };
}

function factsOf(clause: Clause, modality: Modality, context: Context, source: Source, statement: Statement): Fact[] {
  const isRule = modality.decides;
  const aspects = aspectsIn(clause);
  const technologies = termsIn(clause, "technology");
  if (technologies.length + aspects.length > MOST_NAMED) return [];
  const meant: Mark[] = [
    ...aspects.map(({ mark }) => mark),
    ...technologies.map(({ mark }) => mark),
    ...termsIn(clause, "class").map(({ mark }) => mark),
  ];
  const strength = modality.soft ? "soft" : isRule || modality.binds ? "rule" : "plain";
  const common = {
    scope: context.scope,
    exceptions: clause.exception === undefined ? [] : [exceptionOf(clause.exception)],
    ...(clause.condition === undefined ? {} : { condition: clause.condition.trim() }),
    source,
  };
  const location = locationIn(clause.text);
  if (location !== undefined && (isRule || modality.binds)) {
    const { thing, namespace } = location;
    const subject = { kind: "thing", id: thing, name: thing } as const;
    const scope = { ...common.scope, namespaces: [] };
    return [
      { ...common, scope, subject, relation: { kind: "located-in", namespace }, about: [], purposes: [], strength },
    ];
  }
  const facts: Fact[] = [];
  for (const { mark, term } of technologies) {
    const { technology } = term;
    const isOfArea = context.purposes.some((one) => technology.classes.includes(one));
    const relation = choiceOf(signOf(clause, mark, meant), mark, technology, clause, modality, statement, isOfArea);
    if (relation === undefined) continue;
    const purposes = context.purposes.filter(
      (one) => technology.classes.includes(one) || technology.classes.length === 0,
    );
    const [name = technology.id] = technology.aliases;
    const subject = { kind: "technology", id: technology.id, name, classes: technology.classes } as const;
    facts.push({
      ...common,
      subject,
      relation,
      about: [],
      owner: choiceOwner(statement),
      purposes,
      strength: relation.kind === "prefers" ? "soft" : strength,
    });
    const version = versionAfter(clause, mark);
    if (version === undefined || relation.kind !== "uses") continue;
    const aspect = { kind: "aspect", id: `version of ${technology.id}`, name: `version of ${name}` } as const;
    const bound = boundOf(clause, version, "version");
    facts.push({ ...common, subject: aspect, relation: { kind: "limits", bound }, about: [], purposes: [], strength });
  }
  for (const { mark, aspect, sense, quantity } of aspects.filter((one) => isClosest(one, aspects))) {
    const sign = (sense * signOf(clause, mark, meant)) as 1 | -1;
    const subject = { kind: "aspect", id: aspect.id, name: aspect.id } as const;
    const about = aspect.of === true ? context.about.filter((one) => one !== aspect.id) : [];
    // "Never expose keys in answers" is about what is told, not about who reaches it.
    if (aspect.id === "exposure" && about.some((one) => one === "key" || one === "log" || one === "message")) continue;
    if (quantity !== undefined && aspect.dimension !== undefined) {
      const bound = boundOf(clause, quantity, aspect.dimension);
      const isSaid = states(clause) || LABELLED.test(statement.text);
      const isTold = bound.op === "=" ? isRule && isSaid : isRule || modality.binds || isSaid;
      if (!isTold && !(modality.binds && isRuled(clause, mark))) continue;
      const binding = bound.op === "=" || modality.soft ? strength : "rule";
      const owner = numberOwner(statement, clause.text, quantity.text, aspect);
      const relation = { kind: "limits", bound } as const;
      facts.push({ ...common, subject, relation, about, owner, purposes: [], strength: binding });
      continue;
    }
    if (isRule ? !states(clause) && !modality.demands : !isRuled(clause, mark) && !modality.soft) continue;
    if (!isRule && !modality.binds && !modality.soft) continue;
    if (!modality.permits && !modality.binds && cuesIn(clause, "permit").length > 0) continue;
    const kind = modality.permits ? "allows" : sign === 1 ? "requires" : "forbids";
    facts.push({ ...common, subject, relation: { kind }, about, purposes: [], strength });
  }
  if (facts.length === 0) {
    const practice = practiceIn(clause, source);
    if (practice !== undefined) facts.push({ ...common, ...practice, strength, purposes: [] });
  }
  return facts;
}

function saysTheSame(one: Fact, other: Fact): boolean {
  return one.subject.id === other.subject.id && JSON.stringify(one.relation) === JSON.stringify(other.relation);
}

/** A NodePort is a way of exposing: a rule about the one is none about all the others. */
function isClosest({ aspect }: { readonly aspect: Aspect }, all: readonly { readonly aspect: Aspect }[]): boolean {
  return aspect.id !== "exposure" || !all.some((other) => /^(?:NodePort|LoadBalancer Service)$/u.test(other.aspect.id));
}
