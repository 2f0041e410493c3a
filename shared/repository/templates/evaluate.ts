/**
 * Evaluates a parsed Go template. Only what is certain is rendered: an unknown function, a field of nothing, a number
 * Go would print in another way end it with NotUnderstood. Bounded in steps, depth and length of the text.
 */
import { isFields } from "../values.ts";
import { type Command, type Node, NotUnderstood, type Operand, type Pipeline } from "./syntax.ts";
import { plainText, truthy } from "./values.ts";

/** A function of templates; `run` renders a named template with another dot. */
export type TemplateFunction = (args: readonly unknown[], run: RunNamed) => unknown;
export type RunNamed = (name: string, dot: unknown) => string;

export interface Surroundings {
  readonly functions: Readonly<Record<string, TemplateFunction>>;
  readonly named: ReadonlyMap<string, readonly Node[]>;
  /** What is printed for a value that is not there: Helm prints nothing; "refuse" where that would be a guess. */
  readonly missing: "nothing" | "refuse";
}

const MOST_STEPS = 200_000;
const LONGEST = 2_000_000;
const DEEPEST = 60;

/** The text of `body` with `dot` as its data. Throws NotUnderstood. */
export function evaluate(body: readonly Node[], dot: unknown, surroundings: Surroundings): string {
  return new Evaluation(surroundings).template(body, dot);
}

/** Variables of one block, and those around it. */
interface Scope {
  readonly names: Map<string, unknown>;
  readonly outer: Scope | undefined;
}

class Evaluation {
  readonly #surroundings: Surroundings;
  #steps = 0;
  #length = 0;
  #depth = 0;

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings;
  }

  template(body: readonly Node[], dot: unknown): string {
    return this.#nodes(body, dot, { names: new Map([["$", dot]]), outer: undefined });
  }

  #nodes(nodes: readonly Node[], dot: unknown, outer: Scope): string {
    this.#depth += 1;
    if (this.#depth > DEEPEST) throw new NotUnderstood("templates are nested too deep");
    const scope: Scope = { names: new Map(), outer };
    const text = nodes.map((node) => this.#node(node, dot, scope)).join("");
    this.#depth -= 1;
    return text;
  }

  #node(node: Node, dot: unknown, scope: Scope): string {
    this.#count();
    if (node.kind === "text") return this.#counted(node.text);
    const value = this.#pipeline(node.pipeline, dot, scope);
    switch (node.kind) {
      case "print":
        return this.#counted(this.#printed(value));
      case "set":
        this.#assign(node, value, scope);
        return "";
      case "range":
        return this.#range(node, value, dot, scope);
      default: {
        if (!truthy(value)) return this.#nodes(node.otherwise, dot, scope);
        return this.#nodes(node.body, node.kind === "with" ? value : dot, scope);
      }
    }
  }

  #range(node: Extract<Node, { kind: "range" }>, value: unknown, dot: unknown, scope: Scope): string {
    const entries = entriesOf(value);
    if (entries.length === 0) return this.#nodes(node.otherwise, dot, scope);
    const [first, second] = node.variables;
    return entries
      .map(([key, entry]) => {
        const inner: Scope = { names: new Map(), outer: scope };
        if (first !== undefined) inner.names.set(first, second === undefined ? entry : key);
        if (second !== undefined) inner.names.set(second, entry);
        return this.#nodes(node.body, entry, inner);
      })
      .join("");
  }

  #assign({ name, declares }: Extract<Node, { kind: "set" }>, value: unknown, scope: Scope): void {
    let holder: Scope | undefined = scope;
    if (!declares) while (holder !== undefined && !holder.names.has(name)) holder = holder.outer;
    if (holder === undefined) throw new NotUnderstood(`${name} is not declared`);
    holder.names.set(name, value);
  }

  #pipeline(pipeline: Pipeline, dot: unknown, scope: Scope): unknown {
    let handedOn: readonly unknown[] = [];
    for (const command of pipeline) handedOn = [this.#command(command, handedOn, dot, scope)];
    return handedOn[0];
  }

  #command([first, ...rest]: Command, handedOn: readonly unknown[], dot: unknown, scope: Scope): unknown {
    this.#count();
    if (first.kind === "function") {
      const call = this.#surroundings.functions[first.name];
      if (call === undefined || !Object.hasOwn(this.#surroundings.functions, first.name)) {
        throw new NotUnderstood(`the function ${first.name} is not understood`);
      }
      const args = rest.map((operand) => this.#operand(operand, dot, scope));
      return call([...args, ...handedOn], (name, inner) => this.#named(name, inner));
    }
    if (rest.length > 0 || handedOn.length > 0) throw new NotUnderstood("a value is given arguments");
    return this.#operand(first, dot, scope);
  }

  #operand(operand: Operand, dot: unknown, scope: Scope): unknown {
    this.#count();
    switch (operand.kind) {
      case "literal":
        return operand.value;
      case "group":
        return this.#pipeline(operand.pipeline, dot, scope);
      case "variable":
        return valueOf(operand.name, scope);
      case "function":
        return this.#command([operand], [], dot, scope);
      case "fields": {
        const start = operand.of === undefined ? dot : this.#operand(operand.of, dot, scope);
        return operand.path.reduce(fieldOf, start);
      }
    }
  }

  #named(name: string, dot: unknown): string {
    const body = this.#surroundings.named.get(name);
    if (body === undefined) throw new NotUnderstood(`there is no template ${name}`);
    return this.template(body, dot);
  }

  #printed(value: unknown): string {
    if (value !== undefined && value !== null) return plainText(value);
    if (this.#surroundings.missing === "nothing") return "";
    throw new NotUnderstood("a value is not there");
  }

  #counted(text: string): string {
    this.#length += text.length;
    if (this.#length > LONGEST) throw new NotUnderstood("its text grows too long");
    return text;
  }

  #count(): void {
    this.#steps += 1;
    if (this.#steps > MOST_STEPS) throw new NotUnderstood("it takes too many steps");
  }
}

function valueOf(name: string, scope: Scope): unknown {
  for (let holder: Scope | undefined = scope; holder !== undefined; holder = holder.outer) {
    if (holder.names.has(name)) return holder.names.get(name);
  }
  throw new NotUnderstood(`${name} is not declared`);
}

function fieldOf(value: unknown, key: string): unknown {
  if (!isFields(value)) throw new NotUnderstood(`.${key} is asked of what is no mapping`);
  return Object.hasOwn(value, key) ? value[key] : undefined;
}

/** Go walks through maps in the order of their keys. */
function entriesOf(value: unknown): readonly (readonly [unknown, unknown])[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value)) return value.map((entry: unknown, index) => [index, entry] as const);
  if (!isFields(value)) throw new NotUnderstood("a range over what is no list and no mapping");
  return Object.keys(value)
    .sort()
    .map((key) => [key, value[key]] as const);
}
