/** Functions of Go templates that charts and ApplicationSets share (text/template's own, and the plain ones of sprig). */
import { isDeepStrictEqual } from "node:util";
import { at, isFields } from "../values.ts";
import type { TemplateFunction } from "./evaluate.ts";
import { NotUnderstood } from "./syntax.ts";
import { plainText, textOf, truthy, wholeNumber } from "./values.ts";

/** `[2, call]`: as many arguments as it takes. */
function exactly(count: number, call: (args: readonly unknown[]) => unknown): TemplateFunction {
  return (args) => {
    if (args.length !== count) throw new NotUnderstood("a function has another number of arguments");
    return call(args);
  };
}

const texts = (count: number, call: (...args: string[]) => unknown) =>
  exactly(count, (args) => call(...args.map(textOf)));

const logic: Readonly<Record<string, TemplateFunction>> = {
  and: (args) => (args.every(truthy) ? args.at(-1) : args.find((value) => !truthy(value))),
  or: (args) => args.find(truthy) ?? args.at(-1),
  not: exactly(1, ([value]) => !truthy(value)),
  eq: ([first, ...others]) => others.some((other) => same(first, other)),
  ne: exactly(2, ([a, b]) => !same(a, b)),
  empty: exactly(1, ([value]) => !truthy(value)),
  default: exactly(2, ([otherwise, value]) => (truthy(value) ? value : otherwise)),
  coalesce: (args) => args.find(truthy),
  ternary: exactly(3, ([yes, no, condition]) => (condition === true ? yes : no)),
};

/** Go refuses to compare values of different kinds. */
function same(a: unknown, b: unknown): boolean {
  const [one, other] = [a ?? undefined, b ?? undefined];
  if (one !== undefined && other !== undefined && typeof one !== typeof other) {
    throw new NotUnderstood("values of different kinds are compared");
  }
  return isDeepStrictEqual(one, other);
}

const text: Readonly<Record<string, TemplateFunction>> = {
  lower: texts(1, (value) => value.toLowerCase()),
  upper: texts(1, (value) => value.toUpperCase()),
  trim: texts(1, (value) => value.trim()),
  trimAll: texts(2, (set, value) => trimmed(value, set, true, true)),
  trimPrefix: texts(2, (prefix, value) => (value.startsWith(prefix) ? value.slice(prefix.length) : value)),
  trimSuffix: texts(2, (suffix, value) =>
    suffix !== "" && value.endsWith(suffix) ? value.slice(0, -suffix.length) : value,
  ),
  replace: texts(3, (from, to, value) => value.replaceAll(from, () => to)),
  contains: texts(2, (part, value) => value.includes(part)),
  hasPrefix: texts(2, (prefix, value) => value.startsWith(prefix)),
  hasSuffix: texts(2, (suffix, value) => value.endsWith(suffix)),
  trunc: exactly(2, ([length, value]) => truncated(wholeNumber(length), textOf(value))),
  quote: (args) =>
    args
      .filter(isThere)
      .map((value) => JSON.stringify(plainText(value)))
      .join(" "),
  squote: (args) =>
    args
      .filter(isThere)
      .map((value) => `'${plainText(value)}'`)
      .join(" "),
  toString: exactly(1, ([value]) => plainText(value)),
  print: (args) => printed(args),
  printf: ([format, ...args]) => formatted(textOf(format), args),
  splitList: texts(2, (separator, value) => value.split(separator)),
  join: exactly(2, ([separator, list]) => listOf(list).map(plainText).join(textOf(separator))),
  /** Argo CD's and sprig's idea of a name (argo-cd: applicationset/utils, SanitizeName). */
  normalize: texts(1, sanitised),
};

const collections: Readonly<Record<string, TemplateFunction>> = {
  index: ([value, ...keys]) => keys.reduce(indexed, value),
  get: exactly(2, ([map, key]) => at(mapOf(map), textOf(key)) ?? ""),
  hasKey: exactly(2, ([map, key]) => Object.hasOwn(mapOf(map), textOf(key))),
  first: exactly(1, ([list]) => listOf(list)[0]),
  last: exactly(1, ([list]) => listOf(list).at(-1)),
  has: exactly(2, ([entry, list]) => listOf(list).some((one) => isDeepStrictEqual(one, entry))),
  len: exactly(1, ([value]) => sizeOf(value)),
  list: (args) => args,
  dict: (args) => pairs(args),
  int: exactly(1, ([value]) => wholeNumber(typeof value === "string" && /^-?\d+$/.test(value) ? Number(value) : value)),
};

export const plainFunctions: Readonly<Record<string, TemplateFunction>> = { ...logic, ...text, ...collections };

export function sanitised(name: string): string {
  const plain = name
    .toLowerCase()
    .replace(/[^-a-z0-9.]/g, "-")
    .slice(0, 253);
  return trimmed(plain, "-.", true, true);
}

function isThere(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function trimmed(value: string, set: string, start: boolean, end: boolean): string {
  let [from, to] = [0, value.length];
  while (start && from < to && set.includes(value[from] ?? "")) from++;
  while (end && to > from && set.includes(value[to - 1] ?? "")) to--;
  return value.slice(from, to);
}

function truncated(length: number, value: string): string {
  if (length >= 0) return value.slice(0, length);
  return value.length + length > 0 ? value.slice(length) : value;
}

/** Go puts a space between two values of which neither is a text. */
function printed(args: readonly unknown[]): string {
  return args
    .map((value, index) => {
      const spaced = index > 0 && typeof value !== "string" && typeof args[index - 1] !== "string";
      return (spaced ? " " : "") + plainText(value);
    })
    .join("");
}

function formatted(format: string, args: readonly unknown[]): string {
  const left = [...args];
  const filled = format.replace(/%(.?)/gs, (_, verb: string) => {
    if (verb === "%") return "%";
    const value = left.shift();
    if (verb === "s") return textOf(value);
    if (verb === "d") return String(wholeNumber(value));
    if (verb === "v") return plainText(value);
    if (verb === "q") return JSON.stringify(textOf(value));
    throw new NotUnderstood(`the format %${verb} is not understood`);
  });
  if (left.length > 0) throw new NotUnderstood("a format has more values than places");
  return filled;
}

function indexed(value: unknown, key: unknown): unknown {
  if (Array.isArray(value)) {
    const position = wholeNumber(key);
    if (position < 0 || position >= value.length) throw new NotUnderstood(`an index of ${position} is out of range`);
    return value[position];
  }
  return at(mapOf(value), textOf(key));
}

function mapOf(value: unknown): Readonly<Record<string, unknown>> {
  if (isFields(value)) return value;
  throw new NotUnderstood("a mapping is expected");
}

function listOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new NotUnderstood("a list is expected");
}

function sizeOf(value: unknown): number {
  if (typeof value === "string" || Array.isArray(value)) return value.length;
  return Object.keys(mapOf(value)).length;
}

function pairs(args: readonly unknown[]): Record<string, unknown> {
  if (args.length % 2 !== 0) throw new NotUnderstood("a dict with a key and no value");
  const keys = args.filter((_, index) => index % 2 === 0).map(textOf);
  return Object.fromEntries(keys.map((key, index) => [key, args[index * 2 + 1]]));
}
