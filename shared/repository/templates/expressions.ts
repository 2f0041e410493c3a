/** Reads what stands between `{{` and `}}`: words, and the pipelines they make. */
import { type Command, NotUnderstood, type Operand, type Pipeline } from "./syntax.ts";

export type Token =
  | { readonly kind: "text"; readonly value: string }
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "word"; readonly value: string }
  /** `.`, `.a.b` */
  | { readonly kind: "dot"; readonly path: readonly string[]; readonly joined: boolean }
  | { readonly kind: "variable"; readonly value: string }
  | { readonly kind: "sign"; readonly value: string };

const LEXEMES =
  /(?<space>\s+)|(?<quoted>"(?:[^"\\\n]|\\.)*")|(?<raw>`[^`]*`)|(?<number>-?\d+(?:\.\d+)?(?![\w.]))|(?<dot>(?:\.[A-Za-z_]\w*)+|\.(?![\w.]))|(?<variable>\$\w*)|(?<word>[A-Za-z_]\w*)|(?<sign>:=|[()|,=])/y;

/** Throws NotUnderstood at the first character that is none of ours. */
export function tokenise(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let spaced = true;
  let at = 0;
  while (at < text.length) {
    LEXEMES.lastIndex = at;
    const found = LEXEMES.exec(text)?.groups;
    if (found === undefined) throw new NotUnderstood(`"${text.slice(at, at + 40).trim()}" is not understood`);
    at = LEXEMES.lastIndex;
    const token = tokenOf(found, !spaced);
    if (token !== undefined) tokens.push(token);
    spaced = token === undefined;
  }
  return tokens;
}

function tokenOf(found: Readonly<Record<string, string | undefined>>, joined: boolean): Token | undefined {
  const { quoted, raw, number, dot, variable, word, sign } = found;
  if (quoted !== undefined) return { kind: "text", value: unquoted(quoted) };
  if (raw !== undefined) return { kind: "text", value: raw.slice(1, -1) };
  if (number !== undefined) return { kind: "number", value: Number(number) };
  if (dot !== undefined) return { kind: "dot", path: dot.split(".").filter((part) => part !== ""), joined };
  if (variable !== undefined) return { kind: "variable", value: variable };
  if (word !== undefined) return { kind: "word", value: word };
  return sign === undefined ? undefined : { kind: "sign", value: sign };
}

/** Go's and JSON's strings agree in what people write; the rest is left alone. */
function unquoted(text: string): string {
  try {
    return JSON.parse(text) as string;
  } catch {
    throw new NotUnderstood(`the string ${text} is not understood`);
  }
}

/** The pipeline these tokens make, all of them. Throws NotUnderstood. */
export function parsePipeline(tokens: readonly Token[]): Pipeline {
  const { pipeline, next } = pipelineFrom(tokens, 0);
  if (next !== tokens.length) throw new NotUnderstood(`"${shown(tokens[next])}" is not expected here`);
  return pipeline;
}

const DEEPEST = 30;

function pipelineFrom(tokens: readonly Token[], from: number, depth = 0): { pipeline: Pipeline; next: number } {
  if (depth > DEEPEST) throw new NotUnderstood("parentheses are nested too deep");
  const pipeline: Command[] = [];
  let operands: Operand[] = [];
  const finish = () => {
    const [first, ...rest] = operands;
    if (first === undefined) throw new NotUnderstood("a value is missing");
    pipeline.push([first, ...rest]);
    operands = [];
  };
  let at = from;
  for (; at < tokens.length; at++) {
    const token = tokens[at];
    if (token === undefined || (token.kind === "sign" && token.value === ")")) break;
    if (token.kind === "sign" && token.value === "|") finish();
    else if (token.kind === "sign" && token.value === "(") {
      const inner = pipelineFrom(tokens, at + 1, depth + 1);
      const closing = tokens[inner.next];
      if (closing?.kind !== "sign" || closing.value !== ")") throw new NotUnderstood("a parenthesis is not closed");
      operands.push({ kind: "group", pipeline: inner.pipeline });
      at = inner.next;
    } else if (token.kind === "dot" && token.joined && operands.length > 0) {
      const of = operands.pop();
      if (of?.kind !== "variable" && of?.kind !== "group") throw new NotUnderstood(`"${shown(token)}" is not expected`);
      operands.push({ kind: "fields", of, path: token.path });
    } else operands.push(operandOf(token));
  }
  finish();
  return { pipeline, next: at };
}

const CONSTANTS: Readonly<Record<string, unknown>> = { true: true, false: false, nil: undefined };

function operandOf(token: Token): Operand {
  switch (token.kind) {
    case "text":
    case "number":
      return { kind: "literal", value: token.value };
    case "dot":
      return { kind: "fields", of: undefined, path: token.path };
    case "variable":
      return { kind: "variable", name: token.value };
    case "word":
      return Object.hasOwn(CONSTANTS, token.value)
        ? { kind: "literal", value: CONSTANTS[token.value] }
        : { kind: "function", name: token.value };
    default:
      throw new NotUnderstood(`"${token.value}" is not expected here`);
  }
}

function shown(token: Token | undefined): string {
  if (token === undefined) return "the end";
  return token.kind === "dot" ? `.${token.path.join(".")}` : String(token.value);
}
