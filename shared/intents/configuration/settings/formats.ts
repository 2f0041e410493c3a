/** One value of a configuration read and replaced, whatever its format; everything else in it stays as it is. */
import { addLine, type LineFormat, locateInLines, written } from "./line-formats.ts";
import { addDirective, locateInNginx } from "./nginx-format.ts";
import { type Format, type Located, type Place } from "./place.ts";
import { locateInTree, onlyValueChanged, type TreeFormat, writtenInTree } from "./tree-formats.ts";

type Written = { readonly text: string } | { readonly because: string };

export function locate(format: Format, text: string, setting: string): Located {
  if (format === "plain") return locatePlain(text);
  if (isTree(format)) return locateInTree(format, text, setting);
  return format === "nginx" ? locateInNginx(text, setting) : locateInLines(format, text, setting);
}

/** The text with another value at `place`; a sentence where it would be of another type or change more. */
export function replaceAt(format: Format, text: string, setting: string, place: Place, value: string): Written {
  const problem = typeProblem(place, value);
  if (problem !== undefined) return { because: `${setting} ${problem}` };
  const bare = place.quote === "" && format !== "plain" && format !== "nginx";
  const next = !bare ? value : isTree(format) ? writtenInTree(value, place) : written(format, value);
  const after = text.slice(0, place.from) + next + text.slice(place.to);
  if (isTree(format)) {
    const typed = place.type === "number" ? Number(value) : place.type === "boolean" ? value === "true" : value;
    return onlyValueChanged(format, text, after, setting, typed)
      ? { text: after }
      : { because: `${setting} cannot be written there` };
  }
  return reads(format, after, setting, value);
}

/** The text with a line for a setting that is not there yet. */
export function addSetting(format: Format, text: string, setting: string, value: string): Written {
  if (format === "plain" || isTree(format)) return { because: `${setting} is not there` };
  const added = format === "nginx" ? addDirective(text, setting, value) : addLine(format, text, setting, value);
  return "because" in added ? added : reads(format, added.text, setting, value);
}

/** What was written must be what is read. */
function reads(format: Format, text: string, setting: string, value: string): Written {
  const again = locate(format, text, setting);
  return again.kind === "found" && again.place.value === value
    ? { text }
    : { because: `${setting} cannot be written there` };
}

function isTree(format: Format): format is TreeFormat {
  return format === "json" || format === "yaml";
}

export function isLineFormat(format: Format): format is LineFormat {
  return format !== "plain" && format !== "nginx" && !isTree(format);
}

function locatePlain(text: string): Located {
  if (text.includes("\n")) return { kind: "unclear", because: "it holds a text of several lines" };
  if (text === "" || /\$[({]|\{\{/.test(text)) return { kind: "unclear", because: "it has a value that is left alone" };
  return { kind: "found", place: { from: 0, to: text.length, value: text, quote: "", type: "text" } };
}

const SWITCHES: readonly ReadonlySet<string>[] = [
  new Set(["true", "false"]),
  new Set(["yes", "no"]),
  new Set(["on", "off"]),
  new Set(["enabled", "disabled"]),
  new Set(["0", "1"]),
];
const AMOUNT = /^-?\d+(?:\.\d+)?(?:\s?[A-Za-z%]{1,5})?$/;

/** Why `value` is of another kind than what is there. */
function typeProblem({ type, value: now }: Place, value: string): string | undefined {
  if (type === "number") return /^-?(?:0|[1-9]\d{0,15})(?:\.\d{1,9})?$/.test(value) ? undefined : "is a number";
  if (type === "boolean") return /^(?:true|false)$/.test(value) ? undefined : "is true or false";
  const wasSwitch = SWITCHES.filter((words) => words.has(now.toLowerCase()));
  if (wasSwitch.some((words) => words.has(value.toLowerCase()))) return undefined;
  if (AMOUNT.test(now)) return AMOUNT.test(value) ? undefined : `is an amount (${now.slice(0, 40)})`;
  return wasSwitch.length > 0 ? `is a switch (${now.slice(0, 40)})` : undefined;
}
