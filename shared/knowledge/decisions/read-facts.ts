/** Reads statements of documents into typed facts. What cannot be read is left to the search for kinship, never guessed. */

import { purposesIn, thingsIn } from "./about.ts";
import type { Aspect } from "./aspects.ts";
import { boundOf, versionAfter } from "./bounds.ts";
import { aspectsIn, type Clause, clausesOf, cuesIn, termsIn } from "./clauses.ts";
import { REMOVALS } from "./cues.ts";
import type { Fact, Relation, Source } from "./fact.ts";
import { locationIn } from "./location.ts";
import { practiceIn } from "./practices.ts";
import { clauseScope, EVERYWHERE, exceptionOf, type Scope } from "./scope.ts";
import { signOf } from "./sign.ts";
import type { Statement } from "./statements.ts";
import { ONE_OF, type Technology } from "./technologies.ts";
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
  let isNormative = authority === "decision" || authority === "rule";
  for (const clause of clauses) {
    const modality = modalityOf(clause, source);
    isNormative ||= modality.binds;
    if (authority === "none") continue;
    const near = contextOf(clause, context, statement);
    const found = factsOf(clause, modality, near, source, statement);
    facts.push(...found);
    if (thingsIn(clause).length > 0) context = { ...near };
  }
  return { read: { statement, source, facts, isNormative: isNormative && authority !== "none" }, context };
}

export const NO_CONTEXT: Context = { about: [], purposes: [], scope: EVERYWHERE };

interface Modality {
  readonly demands: boolean;
  readonly denies: boolean;
  readonly permits: boolean;
  readonly soft: boolean;
  readonly only: boolean;
  readonly chooses: boolean;
  /** It binds wherever it stands. */
  readonly binds: boolean;
}

function modalityOf(clause: Clause, { authority }: Source): Modality {
  const has = (...cues: Parameters<typeof cuesIn>[1][]): boolean => cuesIn(clause, ...cues).length > 0;
  const denials = cuesIn(clause, "not").filter(
    ({ phrase }) => !REMOVALS.has(phrase) || authority === "decision" || authority === "rule",
  );
  const isStrong = denials.some(
    ({ phrase }) =>
      !/^(?:no|not|none|without|stop|do not|don't|does not|doesn't|isn't|aren't|won't|will not|disabled?|disabling|avoid)$/u.test(
        phrase,
      ),
  );
  const isDemand = cuesIn(clause, "demand").some(({ phrase }) => phrase !== "every" && phrase !== "all");
  const soft = has("soft") || denials.some(({ phrase }) => phrase === "avoid" || phrase === "avoided");
  const only = has("only");
  const permits = has("permit") && !isStrong && !isDemand && !has("only");
  return {
    demands: has("demand"),
    denies: denials.length > 0,
    permits,
    soft,
    only,
    chooses: has("choose", "only", "replace"),
    binds: !soft && !permits && (isStrong || isDemand || (only && has("choose", "demand")) || has("no-other")),
  };
}

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
  const isRule = source.authority === "decision" || source.authority === "rule";
  const aspects = aspectsIn(clause);
  const technologies = termsIn(clause, "technology");
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
    const relation = relationOfTechnology(signOf(clause, mark, meant), technology, clause, modality, source, statement);
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
    if (quantity !== undefined && aspect.dimension !== undefined) {
      const bound = boundOf(clause, quantity, aspect.dimension);
      if (isRule || modality.binds || bound.op !== "=")
        facts.push({
          ...common,
          subject,
          relation: { kind: "limits", bound },
          about,
          purposes: [],
          strength: bound.op === "=" || modality.soft ? strength : "rule",
        });
      continue;
    }
    const kind = modality.permits ? "allows" : sign === 1 ? "requires" : "forbids";
    if (!isRule && !modality.binds && !modality.soft && !modality.permits) continue;
    if (kind === "requires" && !isRule && !modality.demands && !modality.only && !modality.soft) continue;
    facts.push({ ...common, subject, relation: { kind }, about, purposes: [], strength });
  }
  if (facts.length === 0) {
    const practice = practiceIn(clause, source);
    if (practice !== undefined) facts.push({ ...common, ...practice, strength, purposes: [] });
  }
  return facts;
}

/** A NodePort is a way of exposing: a rule about the one is none about all the others. */
function isClosest(
  { mark, aspect }: { readonly mark: Mark; readonly aspect: Aspect },
  all: readonly { readonly mark: Mark; readonly aspect: Aspect }[],
): boolean {
  return (
    aspect.of !== true ||
    !all.some((other) => other.mark === mark && other.aspect.of !== true && other.aspect.dimension === undefined)
  );
}

/** Undefined: the technology is only mentioned. */
function relationOfTechnology(
  sign: 1 | -1,
  { classes }: Technology,
  clause: Clause,
  modality: Modality,
  { authority }: Source,
  { form, area }: Statement,
): Relation | undefined {
  const decides = authority === "decision" || authority === "rule";
  const isContrast = cuesIn(clause, "contrast", "replace").length > 0;
  // "Grafana must only be reachable over the VPN" is a rule for it, not the choice of it.
  if (sign === 1 && aspectsIn(clause).length > 0 && cuesIn(clause, "choose", "replace").length === 0) return undefined;
  const isListed = form === "row" || area !== undefined;
  if (modality.permits) return sign === 1 && decides ? { kind: "allows" } : undefined;
  if (sign === -1) {
    if (modality.soft) return undefined;
    return decides || modality.binds || (isContrast && modality.chooses) ? { kind: "forbids" } : undefined;
  }
  if (!modality.chooses && !modality.demands && !isListed && !modality.soft) return undefined;
  if (modality.soft && !modality.only)
    return decides || modality.chooses || isContrast ? { kind: "prefers" } : undefined;
  const isWhole = modality.demands || modality.only || cuesIn(clause, "no-other").length > 0;
  return { kind: "uses", only: (isWhole && !isContrast) || (decides && classes.some((one) => ONE_OF.has(one))) };
}
