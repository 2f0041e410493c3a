/** Configurations of one setting per line: redis.conf, postgresql.conf, ini files like my.cnf, .properties and .env. */
import { type Located, onlyOne, type Place, placeOfText } from "./place.ts";

export type LineFormat = "redis" | "postgresql" | "ini" | "properties" | "env";

/** One setting with its name as `find` compares it; offsets into the text. */
interface Entry {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  /** Offset of the end of its line. */
  readonly end: number;
}

/** Name and value, the value as a group of its own; lines that do not match are comments or something else. */
const shapes: Readonly<Record<LineFormat, RegExp>> = {
  redis: /^\s*([A-Za-z][\w-]*)\s+(\S.*?)\s*$/d,
  postgresql: /^\s*([A-Za-z_][\w.]*)\s*(?:=\s*|\s)\s*('(?:[^'\\]|'')*'|[^\s#']+)\s*(?:#.*)?$/d,
  ini: /^\s*([A-Za-z][\w.-]*)\s*=\s*("[^"]*"|'[^']*'|[^\s#;](?:[^#;]*[^\s#;])?)\s*(?:[#;].*)?$/d,
  properties: /^\s*([^\s=:#!\\]+)\s*[=:]\s*(\S.*?)\s*$/d,
  env: /^\s*(?:export\s+)?([A-Za-z_]\w*)=("[^"]*"|'[^']*'|[^\s#"']+)\s*(?:#.*)?$/d,
};

export function locateInLines(format: LineFormat, text: string, setting: string): Located {
  const wanted = normal(format, setting);
  const places = entriesOf(format, text)
    .filter(({ name }) => name === wanted)
    .map(({ from, to }): Place => placeOfText(text, from, to));
  return onlyOne(places, setting);
}

/** Every value of a setting that may be written several times. */
export function valuesInLines(format: LineFormat, text: string, setting: string): readonly string[] {
  const wanted = normal(format, setting);
  return entriesOf(format, text)
    .filter(({ name }) => name === wanted)
    .map(({ from, to }) => text.slice(from, to));
}

/** The text with a line for a setting that is not there; a text without newline at its end says why it has no place. */
export function addLine(
  format: LineFormat,
  text: string,
  setting: string,
  value: string,
): { readonly text: string } | { readonly because: string } {
  const [section, name] = format === "ini" ? partsOf(setting) : ["", setting];
  const spaced = /^\s*[\w.]+ = /m.test(text);
  const joint = format === "redis" ? " " : spaced && format !== "env" ? " = " : "=";
  const line = `${name}${joint}${written(format, value)}`;
  if (format === "ini") return addToSection(text, section, line);
  const trimmed = text.replace(/\s+$/, "");
  const newline = text.includes("\r\n") ? "\r\n" : "\n";
  return { text: trimmed === "" ? line : `${trimmed}${newline}${line}${text.slice(trimmed.length)}` };
}

/** A value without quotes of its own, as it stands in the file. */
export function written(format: LineFormat, value: string): string {
  if (format === "postgresql")
    return /^(?:[A-Za-z_]\w*|-?\d+(?:\.\d+)?[A-Za-z]{0,3})$/.test(value) ? value : `'${value}'`;
  return /\s/.test(value) && format === "env" ? `"${value}"` : value;
}

function entriesOf(format: LineFormat, text: string): readonly Entry[] {
  const entries: Entry[] = [];
  let offset = 0;
  let section = "";
  let continued = false;
  for (const line of text.split("\n")) {
    const header = format === "ini" ? /^\s*\[\s*([^\]\s]+)\s*\]/.exec(line)?.[1] : undefined;
    if (header !== undefined) section = header;
    const match = continued || isComment(format, line) ? null : shapes[format].exec(line);
    const [from, to] = match?.indices?.[2] ?? [];
    if (match !== null && from !== undefined && to !== undefined) {
      const own = format === "ini" && section !== "" ? `${section}.${match[1] ?? ""}` : (match[1] ?? "");
      entries.push({ name: normal(format, own), from: offset + from, to: offset + to, end: offset + line.length });
    }
    continued = format === "properties" && /(?:^|[^\\])(?:\\\\)*\\\s*$/.test(line);
    offset += line.length + 1;
  }
  return entries;
}

function isComment(format: LineFormat, line: string): boolean {
  return (format === "ini" ? /^\s*[#;!]/ : format === "properties" ? /^\s*[#!]/ : /^\s*#/).test(line);
}

/** Redis and PostgreSQL do not tell case; MySQL takes a dash for an underscore. */
function normal(format: LineFormat, name: string): string {
  if (format === "redis" || format === "postgresql") return name.toLowerCase();
  return format === "ini" ? name.replaceAll("-", "_") : name;
}

function partsOf(setting: string): readonly [string, string] {
  const dot = setting.indexOf(".");
  return dot === -1 ? ["", setting] : [setting.slice(0, dot), setting.slice(dot + 1)];
}

function addToSection(
  text: string,
  section: string,
  line: string,
): { readonly text: string } | { readonly because: string } {
  const header = new RegExp(`^[ \\t]*\\[\\s*${section.replace(/[^\w-]/g, "\\$&")}\\s*\\].*$`, "m").exec(text);
  if (header === null) return { because: `it has no section ${section}` };
  const start = header.index + header[0].length;
  const next = /^[ \t]*\[/m.exec(text.slice(start))?.index;
  const body = text.slice(start, next === undefined ? undefined : start + next).replace(/\s+$/, "");
  const at = start + body.length;
  return { text: `${text.slice(0, at)}\n${line}${text.slice(at)}` };
}
