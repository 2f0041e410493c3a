/** Values of Secrets as they are written, also where the YAML cannot be parsed or stands in a document. */
import { REDACTED } from "./redact-formats.ts";

const BOUNDARY = /^\s*(?:---|\.\.\.|```|~~~)/;
const SECRET = /(?:^|[\s{,-])["']?kind["']?\s*:\s*["']?Secret["']?\s*(?:[,}#]|$)/;
const DATA = /^(\s*(?:- +)?["']?(?:data|stringData)["']?\s*:\s*)(.*)$/;
const ENTRY = /^(\s*["']?[\w.\-/]+["']?\s*:\s*)(.*)$/;
const INLINE = /(?<![\w])(["']?(?:data|stringData)["']?\s*:\s*)\{[^{}]*\}/g;
const TEMPLATE = /^\s*\{\{-?\s*(?:if|else|end|range|with|include|define|block|template|\/\*|\$|toYaml)/;

/** As many lines as were given. Keys stay, so that it can be told what is there. */
export function blankSecrets(given: readonly string[]): readonly string[] {
  if (!given.some((line) => SECRET.test(line))) return given;
  const lines = [...given];
  let from = 0;
  for (let at = 0; at <= given.length; at += 1) {
    if (at < given.length && !BOUNDARY.test(given[at] ?? "")) continue;
    if (given.slice(from, at).some((line) => SECRET.test(line))) blankRegion(lines, from, at);
    from = at + 1;
  }
  return lines;
}

function blankRegion(lines: string[], from: number, to: number): void {
  for (let at = from; at < to; at += 1) {
    const line = (lines[at] ?? "").replaceAll(INLINE, `$1{${REDACTED}}`);
    lines[at] = line;
    const [, before, rest = ""] = DATA.exec(line) ?? [];
    if (before === undefined || (rest.trim() !== "" && !/^[{|>#]/.test(rest.trim()))) continue;
    const depth = indentOf(line);
    let below = at + 1;
    for (; below < to; below += 1) {
      const inner = lines[below] ?? "";
      if (inner.trim() === "" || TEMPLATE.test(inner)) continue;
      if (indentOf(inner) <= depth) break;
      lines[below] = blanked(inner);
    }
    at = below - 1;
  }
}

function blanked(line: string): string {
  if (/^\s*(?:#|[}\]],?\s*$)/.test(line))
    return line.trimStart().startsWith("#") ? line.replace(/#.*$/, `# ${REDACTED}`) : line;
  const [, key, value = ""] = ENTRY.exec(line) ?? [];
  if (key === undefined) return line.replace(/\S.*$/, REDACTED);
  if (/^(?:$|["']?ENC\[|[|>][-+0-9]*$|\{\{[^"'`]*\}\}["']?$)/.test(value.trim())) return line;
  const [, quote = "", end = ""] = /^(["']?).*?(,?)\s*$/.exec(value) ?? [];
  return `${key}${quote}${REDACTED}${quote}${end}`;
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}
