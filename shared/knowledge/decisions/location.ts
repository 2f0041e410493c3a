/** Where a thing lives: "the ledger must stay in the `finance` namespace". */

const STAYS =
  /(?:^|[\s,])(?:the |our |its )?([\p{L}\p{N}][\p{L}\p{N}-]{1,40})(?: \p{L}{1,20}){0,2}? (?:stays?|remains?|lives?|resides?|belongs?|runs?|is deployed|be deployed|is installed|be installed|is kept) (?:only |always |exclusively )?(?:in|into|to) (?:the |its own )?[`"']?([a-z0-9][a-z0-9-]{0,62})[`"']? namespace\b/iu;
const MOVES =
  /(?:^|[\s,])(?:the |our )?([\p{L}\p{N}][\p{L}\p{N}-]{1,40})(?: \p{L}{1,20}){0,2}? (?:(?:is |gets |be |are )?(?:deployed|moved|installed|put|moves|runs|relocated|created|migrated)|goes|lives|stays) (?:to|in|into) (?:the )?[`"']?([a-z0-9][a-z0-9-]{0,62})[`"']? namespace\b/iu;
const MOVE =
  /(?:^|[\s,])(?:move|deploy|put|install|relocate|migrate|run|bring) (?:the |our )?([\p{L}\p{N}][\p{L}\p{N}-]{1,40})(?: \p{L}{1,20}){0,2}? (?:to|in|into) (?:the )?[`"']?([a-z0-9][a-z0-9-]{0,62})[`"']? namespace\b/iu;
/** Words that stand for many things. */
const GENERIC =
  /^(?:it|they|we|this|that|which|pods?|containers?|deployments?|services?|workloads?|everything|all|and|or|must|always|only|never|apps?|applications?|resources?|secrets?|jobs?|namespaces?|be|to|is|are|replicas?|components?|tools?|a|an|new|second|policy)$/iu;

export interface Location {
  readonly thing: string;
  readonly namespace: string;
}

/** Of a rule. */
export function locationIn(text: string): Location | undefined {
  return found(STAYS.exec(text));
}

/** Of a proposal. */
export function moveIn(text: string): Location | undefined {
  return found(MOVE.exec(text)) ?? found(MOVES.exec(text));
}

function found(match: RegExpExecArray | null): Location | undefined {
  const [, thing, namespace] = match ?? [];
  if (thing === undefined || namespace === undefined || GENERIC.test(thing)) return undefined;
  return { thing: thing.toLowerCase(), namespace: namespace.toLowerCase() };
}
