/** Parses Go templates: the actions people write in charts and ApplicationSets. */
import { parsePipeline, type Token, tokenise } from "./expressions.ts";
import { type Node, NotUnderstood, type Template } from "./syntax.ts";

type Piece = { readonly kind: "text"; readonly text: string } | { readonly kind: "action"; readonly text: string };

/** A block that is not closed yet. */
interface Open {
  readonly make: (body: readonly Node[], otherwise: readonly Node[]) => void;
  readonly body: Node[];
  readonly otherwise: Node[];
  /** Where nodes go now: `body`, or `otherwise` after an else. */
  into: Node[];
  /** Blocks of this one `end`: more than one after `else if`. */
  readonly closesWithOuter: boolean;
}

const DEEPEST = 60;

/** Throws NotUnderstood for whatever is not known here. */
export function parseTemplate(text: string): Template {
  const named = new Map<string, readonly Node[]>();
  const body: Node[] = [];
  const open: Open[] = [];
  const into = () => open.at(-1)?.into ?? body;

  function start(make: Open["make"], closesWithOuter = false): void {
    if (open.length >= DEEPEST) throw new NotUnderstood("blocks are nested too deep");
    const own: Node[] = [];
    open.push({ make, body: own, otherwise: [], into: own, closesWithOuter });
  }

  function startBlock(word: string, rest: readonly Token[], closesWithOuter = false): void {
    const target = into();
    if (word === "define") {
      const [name, ...more] = rest;
      if (name?.kind !== "text" || more.length > 0 || open.length > 0)
        throw new NotUnderstood("define is not at the top");
      start((content) => named.set(name.value, content));
    } else if (word === "range") {
      const { variables, tokens } = rangeVariables(rest);
      const pipeline = parsePipeline(tokens);
      start((content, otherwise) => target.push({ kind: "range", variables, pipeline, body: content, otherwise }));
    } else {
      const kind = word === "if" ? "if" : "with";
      const pipeline = parsePipeline(rest);
      start((content, otherwise) => target.push({ kind, pipeline, body: content, otherwise }), closesWithOuter);
    }
  }

  function end(): void {
    for (;;) {
      const block = open.pop();
      if (block === undefined) throw new NotUnderstood("an end has no beginning");
      block.make(block.body, block.otherwise);
      if (!block.closesWithOuter) return;
    }
  }

  function otherwise(rest: readonly Token[]): void {
    const block = open.at(-1);
    if (block === undefined || block.into === block.otherwise) throw new NotUnderstood("an else has no beginning");
    block.into = block.otherwise;
    const [next, ...more] = rest;
    if (next === undefined) return;
    if (next.kind !== "word" || (next.value !== "if" && next.value !== "with"))
      throw new NotUnderstood("an else with more");
    startBlock(next.value, more, true);
  }

  for (const piece of piecesOf(text)) {
    if (piece.kind === "text") {
      if (piece.text !== "") into().push(piece);
      continue;
    }
    const tokens = tokenise(piece.text);
    const [first, ...rest] = tokens;
    if (first === undefined) throw new NotUnderstood("an action is empty");
    const word = first.kind === "word" ? first.value : "";
    if (["if", "with", "range", "define"].includes(word)) startBlock(word, rest);
    else if (word === "end" && rest.length === 0) end();
    else if (word === "else") otherwise(rest);
    else if (["template", "block", "break", "continue"].includes(word))
      throw new NotUnderstood(`${word} is not understood`);
    else into().push(statement(tokens));
  }
  if (open.length > 0) throw new NotUnderstood("a block is not closed");
  return { body, named };
}

function statement(tokens: readonly Token[]): Node {
  const [variable, sign, ...rest] = tokens;
  if (variable?.kind === "variable" && sign?.kind === "sign" && (sign.value === ":=" || sign.value === "=")) {
    return { kind: "set", name: variable.value, declares: sign.value === ":=", pipeline: parsePipeline(rest) };
  }
  return { kind: "print", pipeline: parsePipeline(tokens) };
}

function rangeVariables(tokens: readonly Token[]): { variables: readonly string[]; tokens: readonly Token[] } {
  const assigned = tokens.findIndex((token) => token.kind === "sign" && token.value === ":=");
  if (assigned === -1) return { variables: [], tokens };
  const variables = tokens.slice(0, assigned).flatMap((token) => (token.kind === "variable" ? token.value : []));
  if (variables.length === 0 || variables.length > 2) throw new NotUnderstood("a range with such variables");
  return { variables, tokens: tokens.slice(assigned + 1) };
}

/** Text and actions in turn; `{{-` and `-}}` take the white space beside them away, comments vanish. */
function piecesOf(text: string): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  let trimsNext = false;
  while (at <= text.length) {
    const start = text.indexOf("{{", at);
    const plain = text.slice(at, start === -1 ? text.length : start);
    const trimmedStart = trimsNext ? plain.trimStart() : plain;
    if (start === -1) {
      pieces.push({ kind: "text", text: trimmedStart });
      return pieces;
    }
    const trimsBefore = /^\{\{-\s/.test(text.slice(start, start + 4));
    pieces.push({ kind: "text", text: trimsBefore ? trimmedStart.trimEnd() : trimmedStart });
    const inner = start + (trimsBefore ? 3 : 2);
    const end = endOfAction(text, inner);
    const action = text.slice(inner, end);
    trimsNext = /\s-$/.test(action);
    const content = trimsNext ? action.slice(0, -1) : action;
    if (!/^\s*\/\*[\s\S]*\*\/\s*$/.test(content)) pieces.push({ kind: "action", text: content });
    at = end + 2;
  }
  return pieces;
}

/** Where the `}}` of an action stands that begins before `from`; one inside a string or a comment does not end it. */
function endOfAction(text: string, from: number): number {
  const comment = /^\s*\/\*/.exec(text.slice(from, from + 200));
  let at = comment === null ? from : text.indexOf("*/", from);
  if (at === -1) throw new NotUnderstood("a comment is not closed");
  for (; at < text.length; at++) {
    const char = text[at];
    if (char === "}" && text[at + 1] === "}") return at;
    if (char === "`") at = text.indexOf("`", at + 1);
    else if (char === '"') at = closingQuote(text, at + 1);
    if (at === -1) break;
  }
  throw new NotUnderstood("an action is not closed");
}

function closingQuote(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    if (text[at] === "\\") at++;
    else if (text[at] === '"') return at;
    else if (text[at] === "\n") return -1;
  }
  return -1;
}
