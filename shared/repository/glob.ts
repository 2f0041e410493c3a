/**
 * Glob patterns as Argo CD reads them. `directory.include` and `exclude` are gobwas/glob without separators, so `*` also
 * matches `/` (its docs/user-guide/directory.md); the git generator of ApplicationSets matches folder by folder, and knows
 * neither braces nor `**`.
 */

type Token =
  | { readonly kind: "char"; readonly char: string }
  | { readonly kind: "any" }
  | { readonly kind: "star"; readonly crosses: boolean }
  | { readonly kind: "class"; readonly negated: boolean; readonly matches: (char: string) => boolean };

export interface GlobOptions {
  /** `*` and `?` stop at `/`; `**` does not. */
  readonly folders?: boolean;
  /** No braces, and `**` is no more than `*`: Go's path.Match, and git's own patterns. */
  readonly plain?: boolean;
}

/** True when `path` fits `pattern`: `*`, `**`, `?`, `[abc]`, `[!a-z]`, `{a,b}`. Time is bounded by both lengths. */
export function matchesGlob(pattern: string, path: string, options: GlobOptions = {}): boolean {
  const { folders = false, plain = false } = options;
  const patterns = plain ? [pattern] : expandBraces(pattern);
  return patterns.some((one) => matchTokens(tokenise(one, folders, plain), path, folders));
}

const MAX_ALTERNATIVES = 200;

/** `{a,b}` -> a, b; nested too. Beyond 200 alternatives the rest is ignored. */
function expandBraces(pattern: string): string[] {
  const done: string[] = [];
  const open = [pattern];
  while (open.length > 0 && done.length + open.length <= MAX_ALTERNATIVES) {
    const next = open.pop() ?? "";
    const inner = /\{([^{}]*)\}/.exec(next);
    if (inner === null) {
      done.push(next);
      continue;
    }
    const before = next.slice(0, inner.index);
    const after = next.slice(inner.index + inner[0].length);
    for (const alternative of (inner[1] ?? "").split(",")) open.push(before + alternative + after);
  }
  return done;
}

function tokenise(pattern: string, folders: boolean, plain: boolean): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern[at] ?? "";
    if (char === "*") {
      const double = pattern[at + 1] === "*";
      while (pattern[at + 1] === "*") at++;
      tokens.push({ kind: "star", crosses: (double && !plain) || !folders });
    } else if (char === "?") tokens.push({ kind: "any" });
    else if (char === "[") {
      const end = pattern.indexOf("]", at + 2);
      if (end === -1) tokens.push({ kind: "char", char });
      else {
        tokens.push(characterClass(pattern.slice(at + 1, end)));
        at = end;
      }
    } else if (char === "\\" && at + 1 < pattern.length) tokens.push({ kind: "char", char: pattern[++at] ?? "" });
    else tokens.push({ kind: "char", char });
  }
  return tokens;
}

function characterClass(body: string): Token {
  const negated = body.startsWith("!") || body.startsWith("^");
  const ranges: [string, string][] = [];
  const chars = negated ? body.slice(1) : body;
  for (let at = 0; at < chars.length; at++) {
    const from = chars[at] ?? "";
    if (chars[at + 1] === "-" && at + 2 < chars.length) {
      ranges.push([from, chars[at + 2] ?? from]);
      at += 2;
    } else ranges.push([from, from]);
  }
  return { kind: "class", negated, matches: (char) => ranges.some(([from, to]) => char >= from && char <= to) };
}

/** Follows all positions at once, so that no pattern can take more than tokens × characters. */
function matchTokens(tokens: readonly Token[], text: string, folders: boolean): boolean {
  let at = skipStars(tokens, new Set([0]));
  for (const char of text) {
    const next = new Set<number>();
    for (const position of at) {
      const token = tokens[position];
      if (token === undefined) continue;
      if (token.kind === "star") {
        if (token.crosses || char !== "/") next.add(position);
      } else if (accepts(token, char, folders)) next.add(position + 1);
    }
    at = skipStars(tokens, next);
    if (at.size === 0) return false;
  }
  return at.has(tokens.length);
}

function skipStars(tokens: readonly Token[], positions: Set<number>): Set<number> {
  for (const position of positions) if (tokens[position]?.kind === "star") positions.add(position + 1);
  return positions;
}

function accepts(token: Exclude<Token, { kind: "star" }>, char: string, folders: boolean): boolean {
  if (folders && char === "/") return token.kind === "char" && token.char === "/";
  if (token.kind === "char") return token.char === char;
  return token.kind === "any" || token.matches(char) !== token.negated;
}
