/**
 * What can be said about a prompt without rendering it: every tag of its templates names something that is there, nothing
 * is declared in vain, and whatever others wrote stands in blocks that the model is told hold data.
 */
import mustache, { type TemplateSpans } from "mustache";
import type { PromptSource, Variable, Variables } from "../../shared/prompts/source.ts";
import { OUTSIDE, type Place, passVariable, readOn, samePlace } from "./blocks.ts";

/** What names mean at one place of a template: the innermost list first. */
interface Scope {
  readonly variables: Variables;
  /** The entry of a list of texts: `{{.}}`. */
  readonly entry?: Variable;
  readonly around?: Scope;
}
interface Findings {
  readonly problems: string[];
  readonly used: Set<Variable>;
  /** Outermost blocks with untrusted text. */
  readonly data: Set<string>;
}

export function templateProblems({ variables, shared, system, user }: PromptSource): string[] {
  const findings: Findings = { problems: [], used: new Set(), data: new Set() };
  const sections: (readonly [string, string])[] = [
    ...shared.map((text) => ["shared", text] as const),
    ["system", system],
    ["user", user],
  ];
  for (const [title, text] of sections) {
    try {
      const spans = mustache.parse(text);
      // Where nothing of others stands, blocks are only spoken of.
      const mode = title === "system" || !holdsUntrusted(spans) ? "prose" : "blocks";
      const end = walk(spans, { variables }, OUTSIDE, mode, findings);
      if (!samePlace(end, OUTSIDE)) {
        const open = end.open.at(-1) ?? end.tag;
        throw new Error(`<${open}> is not ended; a section with blocks speaks of them without the signs < and >`);
      }
    } catch (error) {
      findings.problems.push(`# ${title}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  if (findings.problems.length > 0) return findings.problems;
  const rules = [...shared, system];
  const unannounced = [...findings.data].filter((block) => !rules.some((text) => spokenOf(text, block)));
  return [
    ...unannounced.map(
      (block) => `nothing in # system (or # shared) says that everything inside the block ${block} is data`,
    ),
    ...unused(variables, findings.used).map((name) => `the variable ${name} is declared and stands nowhere`),
  ];
}

/** As `<name>`, or between other signs that set it apart. */
function spokenOf(text: string, block: string): boolean {
  return new RegExp(`<${block}>(?![\\s\\S]*</${block}>)|[\`'"]${block}[\`'"]`, "u").test(text);
}

function holdsUntrusted(spans: TemplateSpans): boolean {
  return spans.some((span) => {
    const [kind, name] = span;
    if (kind === "#" || kind === "^") return holdsUntrusted((span[4] ?? []) as TemplateSpans);
    return kind === "name" && name !== "number";
  });
}

/** `prose`: blocks may be spoken of, and only trusted variables stand there. Throws at what is wrong. */
function walk(spans: TemplateSpans, scope: Scope, from: Place, mode: "prose" | "blocks", findings: Findings): Place {
  let place = from;
  for (const span of spans) {
    const [kind, name] = span;
    switch (kind) {
      case "text":
        if (mode === "blocks") place = readOn(place, name);
        break;
      case "!":
        break;
      case "name":
      case "&":
        place = variable(kind, name, scope, place, mode, findings);
        break;
      case "#":
      case "^": {
        const inner = scopeOf(kind, name, scope, findings);
        const end = walk((span[4] ?? []) as TemplateSpans, inner, place, mode, findings);
        if (!samePlace(end, place)) throw new Error(`the section ${name} does not end the blocks it begins`);
        break;
      }
      default:
        throw new Error(`{{${kind}${name}}} is not used here; {{> name.v1}} stands on a line of its own`);
    }
  }
  return place;
}

function variable(
  kind: "name" | "&",
  name: string,
  scope: Scope,
  place: Place,
  mode: "prose" | "blocks",
  { used, data }: Findings,
): Place {
  const declared = textAt(name, scope);
  if (declared !== "own") used.add(declared);
  const type = declared === "own" ? "trusted" : declared.type;
  if (type === "list") throw new Error(`{{${name}}} is a list: {{#${name}}} … {{/${name}}}`);
  // What the school counts itself may be written either way.
  if (name !== "number" && (type === "trusted") !== (kind === "&")) {
    throw new Error(`${name} is ${type}: ${type === "trusted" ? `{{{${name}}}}` : `{{${name}}}`}`);
  }
  const behind = passVariable(place);
  if (type === "trusted") return behind;
  if (mode === "prose") throw new Error(`${name} is untrusted, and the section system holds trusted variables only`);
  const [outermost] = place.open;
  if (outermost === undefined) throw new Error(`${name} is untrusted and stands in no block`);
  if (place.tag !== undefined && type !== "line") throw new Error(`${name} stands in an attribute and is no line`);
  data.add(outermost);
  return behind;
}

/** Of the names that are there by themselves: `own`. */
function textAt(name: string, scope: Scope): Variable | "own" {
  if (name === "answer") return "own";
  if (name === ".") {
    if (scope.entry === undefined) throw new Error("{{.}} stands outside of a list of texts");
    return scope.entry;
  }
  for (let at: Scope | undefined = scope; at !== undefined; at = at.around) {
    if (name === "number" && at.around !== undefined && at.entry === undefined) return "own";
    const declared = at.variables[name];
    if (declared !== undefined && Object.hasOwn(at.variables, name)) return declared;
  }
  throw new Error(`no such variable: ${name}`);
}

function scopeOf(kind: "#" | "^", name: string, scope: Scope, { used }: Findings): Scope {
  if (name.startsWith("has_")) {
    textAt(name.slice("has_".length), scope);
    return scope;
  }
  const declared = textAt(name, scope);
  if (declared === "own" || declared.type !== "list") throw new Error(`${name} is no list: {{${kind}has_${name}}}`);
  if (kind === "^") return scope;
  used.add(declared);
  if ("fields" in declared) return { variables: declared.fields, around: scope };
  used.add(declared.item);
  return { variables: {}, entry: declared.item, around: scope };
}

function unused(variables: Variables, used: ReadonlySet<Variable>): string[] {
  return Object.entries(variables).flatMap(([name, declared]) => {
    if (!used.has(declared)) return [name];
    return "fields" in declared ? unused(declared.fields, used).map((field) => `${name}.${field}`) : [];
  });
}
