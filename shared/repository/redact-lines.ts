/** Secrets that are known by what stands beside them: a name, a command, the object they are part of. */
import { REDACTED } from "./redact-formats.ts";
import { ASSIGNED, FLAGGED, isAmount, isValue, namesObject, namesSecret, PAIRED } from "./redact-names.ts";
import { blankSecrets } from "./redact-objects.ts";

const FIELD =
  /^(\s*(?:[-*+] +)?(?:export +|ENV +|set +)?["'`*]*([A-Za-z_][\w.\- ]{0,79}?)["'`*]*\s*[:=](?:\s+|(?=\S)))(.*)$/;
const BLOCK = /^(?:!\S+\s+)?[|>][-+0-9]*\s*(?:#.*)?$/;
const PAIR_NAME = /^(\s*)(?:- +)?\{?\s*["']?(?:name|key)["']?\s*:\s*["']?([\w.-]+)["']?\s*,?\s*$/i;
const PAIR_VALUE = /^(\s*(?:- +)?["']?(?:value|default)["']?\s*:\s*)(\S.*)$/i;

/** What comes before the value stays. */
const BESIDE: readonly RegExp[] = [
  /(:\/\/[^\s/:@"']{0,128}:)(?!\$[({A-Z]|\{\{|<)[^\s/@"']{1,256}(?=@)/g,
  /(:\/\/[^\s/:@"']{0,128}:)(?!\$[({A-Z]|\{\{|<)[^\s@"']{1,256}(?=@[\w.-]+[:/])/g,
  /(\b(?:[Bb]earer|BEARER|[Bb]asic|BASIC)\s+)(?=[\w.~+/=-]{0,400}[\d=]|[\w.~+/-]{24})[\w.~+/=-]{8,}/g,
  PAIRED,
  /(["']?_?auth["']?\s*[:=]\s*["']?)(?=[\w+/]{0,100}(?:[a-z][A-Z]|[A-Z][a-z]|\d|=))[\w+/]{8,}={0,2}/g,
  /(--from-literal[= ]["']?[\w.-]+=)(?![<$])[^\s"']+/g,
  /(\bAccountKey=|\bSharedAccessKey=|[?&;]sig=|[?&](?:access_)?token=|[?&]key=)[^\s"'`;&]+/gi,
  /(\bmachine\s+\S+\s+login\s+\S+\s+password\s+|\blogin\s+\S+\s+password\s+)\S+/gi,
  /(\b(?:requirepass|masterauth|snmp-server community|r[ow]community6?|wpa-psk|wpa_passphrase\s+\S+)\s+)(?:"[^"\n]*"|'[^'\n]*'|[^\s"']+)/gi,
  /(\bidentified\s+(?:with\s+\S+\s+)?by\s+|\bpassword\s+(?=["']))["'][^"'\n]*["']/gi,
  /(\bsshpass\s+-p\s*|\bredis-cli\b[^\n|;]{0,200}\s-a\s+|\bsnmp(?:walk|get|set|bulkwalk)\b[^\n|;]{0,200}\s-c\s+)(?:"[^"\n]*"|'[^'\n]*'|[^\s"']+)/gi,
  /(\bmysql(?:dump|admin|import)?\b[^\n|;]{0,200}\s-p)(?=[^\s-])(?:"[^"\n]*"|'[^'\n]*'|[^\s"']+)/g,
  /(\b(?:curl|wget|http)\b[^\n|;]{0,200}\s(?:-u|--user)[= ]*["']?[^\s:"']+:)[^\s"']+/g,
  /(\bhtpasswd\s+-[A-Za-z]*b[A-Za-z]*\s+(?:\S+\s+)??\S+\s+)\S+$/gm,
  /(\becho\s+["']?[\w.-]+:)[^\s"'|]+(?=["']?\s*\|\s*(?:sudo\s+)?chpasswd)/g,
  /(\bdocker\s+login\b[^\n]{0,200}\s-p\s+)\S+/g,
];

/** As many lines as were given. */
export function redactLines(given: readonly string[]): readonly string[] {
  const lines = redactFields(redactPairs(blankSecrets(given)));
  return lines.map((line) => {
    const beside = BESIDE.reduce((now, pattern) => now.replaceAll(pattern, `$1${REDACTED}`), line);
    return beside.replaceAll(ASSIGNED, assigned).replaceAll(FLAGGED, assigned);
  });
}

function assigned(whole: string, before: string, quote = "", quoted = "", word = "", at = 0, line = ""): string {
  const value = quote === "" ? word : `${quote === "`" ? "" : quote}${quoted}`;
  const rest = quote === "" ? line.slice(at + before.length) : value;
  const name = /[\w.\- ]+/.exec(before)?.[0] ?? "";
  const named = wordBefore(line, at) + name.replace(/\s+(?:is|was)\s*$/, "").trim();
  // A reference by name, as `existingSecret: db`, is told by the whole name; the pattern saw only its end.
  if (!isValue(value, rest) || !namesSecret(named) || isAmount(named, value) || namesObject(named, value)) return whole;
  return `${before}${quote}${REDACTED}${quote}`;
}

function wordBefore(line: string, at: number): string {
  return /[\w.-]*$/.exec(line.slice(Math.max(0, at - 60), at))?.[0] ?? "";
}

/** `name: DB_PASSWORD` and `value: …` on neighbouring lines. */
function redactPairs(given: readonly string[]): readonly string[] {
  const lines = [...given];
  for (const [at, line] of given.entries()) {
    const name = PAIR_NAME.exec(line)?.[2];
    if (name === undefined || !namesSecret(name)) continue;
    const near = valueBeside(given, at);
    if (near === undefined) continue;
    const [, before = "", value = ""] = PAIR_VALUE.exec(lines[near] ?? "") ?? [];
    if (BLOCK.test(value)) blankBelow(lines, near);
    else if (isValue(value) || /^["']?\d+["']?,?$/.test(value)) lines[near] = before + masked(value);
  }
  return lines;
}

/** Of the same entry: below its name, or above it where the entry begins with its value. */
function valueBeside(lines: readonly string[], at: number): number | undefined {
  const isValueAt = (other: number): boolean => PAIR_VALUE.test(lines[other] ?? "");
  const begins = (other: number): boolean => /^\s*- /.test(lines[other] ?? "");
  if (!begins(at + 1) && isValueAt(at + 1)) return at + 1;
  if (!begins(at + 1) && !begins(at + 2) && isValueAt(at + 2)) return at + 2;
  return !begins(at) && isValueAt(at - 1) ? at - 1 : undefined;
}

/** `password: …` at the beginning of a line: the whole value, and what continues it below. */
function redactFields(given: readonly string[]): readonly string[] {
  const lines = [...given];
  for (const at of given.keys()) {
    const [, before = "", name = "", value = ""] = FIELD.exec(lines[at] ?? "") ?? [];
    if (/^chpasswd$/i.test(name)) blankUsers(lines, at);
    if (!namesSecret(name) || isAmount(name, value) || namesObject(name, value)) continue;
    if (BLOCK.test(value)) blankBelow(lines, at);
    else if (value.trim() === "" || value.trim() === "{") blankPlainBelow(lines, at);
    else if (isWhole(value)) lines[at] = before + masked(value);
  }
  return lines;
}

/** Quoted, or so few words that they are no sentence; anything else is looked through word by word. */
function isWhole(value: string): boolean {
  const bare = value.trim().replace(/[,;]$/, "");
  if (/^\d+$/.test(bare)) return true;
  if (!isValue(bare) || /^[{[]/.test(bare)) return false;
  if (/^(["'])(?:(?!\1).)*\1$/.test(bare)) return true;
  return !/["'{}|]/.test(bare) && bare.split(/\s+(?!#)/).length <= 4 && !/\s#/.test(bare);
}

function masked(value: string): string {
  const [, quote = "", end = ""] = /^(["']?).*?(?:\1)([,;]?\s*)$/.exec(value) ?? [];
  return `${quote}${REDACTED}${quote}${end.trimEnd()}`;
}

function blankBelow(lines: string[], at: number): void {
  for (const below of deeper(lines, at)) lines[below] = (lines[below] ?? "").replace(/\S.*$/, REDACTED);
}

/** A value on its own line, entries of a list, or `value:` inside. */
function blankPlainBelow(lines: string[], at: number): void {
  for (const below of deeper(lines, at)) {
    const line = lines[below] ?? "";
    const [, before, value] = PAIR_VALUE.exec(line) ?? [];
    if (before !== undefined && value !== undefined && isValue(value)) lines[below] = before + masked(value);
    const isPlain = /^\s*(?:- +)?["']?[^\s:{}#"'|>&*-][^:{}#]*["']?,?\s*$/.test(line);
    if (isPlain && isValue(line.replace(/^\s*(?:- +)?/, "")))
      lines[below] = line.replace(/^(\s*(?:- +)?)\S.*$/, `$1${REDACTED}`);
  }
}

function blankUsers(lines: string[], at: number): void {
  for (const below of deeper(lines, at)) {
    lines[below] = (lines[below] ?? "").replace(/^(\s*(?:- +)?["']?[\w.-]+:)(?! *$)(?! )\S.*$/, `$1${REDACTED}`);
  }
}

/** Lines below that are indented more. */
function deeper(lines: readonly string[], at: number): readonly number[] {
  const depth = indentOf(lines[at] ?? "");
  const found: number[] = [];
  for (let below = at + 1; below < lines.length; below += 1) {
    const line = lines[below] ?? "";
    if (line.trim() !== "" && indentOf(line) <= depth) break;
    if (line.trim() !== "") found.push(below);
  }
  return found;
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}
