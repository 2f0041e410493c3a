/** Log lines -> how bad they are and what they say apart from times, numbers and ids. Log text is untrusted. */
import { createHash } from "node:crypto";

export type Severity = "fatal" | "error";

const FATAL_PATTERNS = [
  /^panic: /, // Go
  /\bpanicked at\b/, // Rust
  /^F\d{4} \d\d:/, // klog
  /\bjava\.lang\.OutOfMemoryError\b/,
  /^FATAL ERROR: /, // V8
  /"(?:level|lvl|severity|levelname)"\s*:\s*(?:"(?:fatal|panic|emerg(?:ency)?)"|60\b)/i, // 60: pino, bunyan
  /\b(?:level|lvl|severity)=(?:fatal|panic|emerg)\b/i,
];
const ERROR_PATTERNS = [
  /^E\d{4} \d\d:/,
  /"(?:level|lvl|severity|levelname)"\s*:\s*(?:"(?:error|err|critical)"|50\b)/i,
  /\b(?:level|lvl|severity)=(?:error|err|critical)\b/i,
  /^(?:Traceback \(most recent call last\)|Unhandled|Uncaught|\S*(?:Error|Exception): )/,
];

/** The level of a plain line is the first such word near its start; what follows is what somebody said. */
const LEVEL =
  /\b(?:TRACE|DEBUG|INFO|LOG|NOTICE|WARN|WARNING|(?<error>ERROR|ERR|CRITICAL|SEVERE)|(?<fatal>FATAL|PANIC|EMERG))\b/;
const LEVEL_WITHIN = 100;
const LONGEST_LINE = 2_000;

/** Undefined: an ordinary line. */
export function severityOf(line: string): Severity | undefined {
  const text = line.slice(0, LONGEST_LINE);
  if (FATAL_PATTERNS.some((pattern) => pattern.test(text))) return "fatal";
  if (ERROR_PATTERNS.some((pattern) => pattern.test(text))) return "error";
  const level = LEVEL.exec(text.slice(0, LEVEL_WITHIN))?.groups;
  if (level?.["fatal"] !== undefined) return "fatal";
  return level?.["error"] === undefined ? undefined : "error";
}

/** The same for two lines that differ only in times, numbers, ids and quoted values. 12 hex characters. */
export function fingerprint(line: string): string {
  const shape = line
    .slice(0, LONGEST_LINE)
    .toLowerCase()
    .replace(/\d{4}-\d\d-\d\d[t ]\d\d:\d\d:\d\d\S*/g, "#")
    .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, "#")
    .replace(/\b(?=[a-z]*\d)[0-9a-z]{5,}\b/g, "#")
    .replace(/\d+/g, "#")
    .replace(/[^a-z#]+/g, " ")
    .trim()
    .slice(0, 200);
  return createHash("sha256").update(shape).digest("hex").slice(0, 12);
}

/** The lines worth remembering, one per fingerprint, worst first. */
export function troubleIn(lines: readonly string[]): readonly { severity: Severity; print: string; line: string }[] {
  const found = new Map<string, { severity: Severity; print: string; line: string }>();
  for (const line of lines) {
    const severity = severityOf(line);
    if (severity === undefined) continue;
    const print = fingerprint(line);
    if (!found.has(print)) found.set(print, { severity, print, line: printable(line) });
  }
  return [...found.values()].sort((a, b) => Number(a.severity === "error") - Number(b.severity === "error"));
}

/** One short line without control characters. */
function printable(line: string): string {
  return line
    .replace(/[\p{C}\s]+/gu, " ")
    .trim()
    .slice(0, 200);
}
