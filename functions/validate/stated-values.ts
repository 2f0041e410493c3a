/** Whether an object that is there has the values a proposal states: "pods 50", "limits.memory: 32Gi", "at most 12 services". */

import type { Resource } from "../../shared/repository/platform.ts";
import { parseQuantity } from "../../shared/repository/quantity.ts";
import { isFields } from "../../shared/repository/values.ts";

export interface Differing {
  readonly key: string;
  readonly keys: readonly string[];
  readonly has: string;
  readonly asked: string;
}

const MOST = 400;
const NUMBER = "(-?\\d+(?:\\.\\d+)?(?:[munkMGTPE]i?|%|s|h|d)?)";
const BETWEEN =
  "[`\"']?(?:[ \\t]*[:=][ \\t]*|[ \\t]+(?:(?:at|to|of|is|are|is set to|set to|at most|up to)[ \\t]+)?)[`\"']?";

/** The first value that is stated and differs; a key the text gives no number for says nothing. */
export function differing(text: string, { object }: Resource): Differing | undefined {
  for (const { keys, value } of leavesOf(object["spec"], ["spec"])) {
    const key = keys.at(-1) ?? "";
    const asked = statedFor(key, text);
    if (asked.length === 0 || asked.some((one) => isSame(one, value))) continue;
    return { key, keys, has: String(value).slice(0, 60), asked: (asked[0] ?? "").slice(0, 60) };
  }
  return undefined;
}

interface Leaf {
  readonly keys: readonly string[];
  readonly value: string | number;
}

function leavesOf(value: unknown, keys: readonly string[]): readonly Leaf[] {
  if (typeof value === "number") return [{ keys, value }];
  if (typeof value === "string")
    return parseQuantity(value) === undefined && !value.endsWith("%") ? [] : [{ keys, value }];
  if (!isFields(value) || keys.length > 8) return [];
  return Object.entries(value)
    .flatMap(([key, one]) => leavesOf(one, [...keys, key]))
    .slice(0, MOST);
}

function statedFor(key: string, text: string): readonly string[] {
  const word = key.replaceAll(/[^A-Za-z0-9]/g, "\\$&");
  const after = [...text.matchAll(new RegExp(`(?<![\\w./-])${word}${BETWEEN}${NUMBER}(?![\\w.]*\\w)`, "g"))];
  const isPlain = /^[a-z]{3,}$/.test(key);
  const before = isPlain ? [...text.matchAll(new RegExp(`(?<![\\w.:/-])(\\d+)[ \\t]+${word}(?![\\w-])`, "g"))] : [];
  return [...after, ...before].map(([, value = ""]) => value);
}

function isSame(asked: string, has: string | number): boolean {
  const [one, other] = [parseQuantity(asked), parseQuantity(String(has))];
  return one === undefined || other === undefined ? asked === String(has) : one === other;
}
