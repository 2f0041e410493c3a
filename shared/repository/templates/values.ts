/** How Go templates see values: what counts as true, and how a value is printed. */
import { isFields } from "../values.ts";
import { NotUnderstood } from "./syntax.ts";

/** False, 0, nothing, and what is empty are not true (text/template, "if"). */
export function truthy(value: unknown): boolean {
  if (value === undefined || value === null || value === false || value === 0 || value === "") return false;
  if (Array.isArray(value)) return value.length > 0;
  return !isFields(value) || Object.keys(value).length > 0;
}

/** The text Go prints for a value; undefined for lists and mappings, and for numbers Go writes with an exponent. */
export function certainText(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  if (typeof value === "boolean") return String(value);
  const isPlain = typeof value === "number" && (value === 0 || (Math.abs(value) < 1e6 && Math.abs(value) >= 1e-4));
  return isPlain ? String(value) : undefined;
}

/** The same; throws NotUnderstood where there is none. */
export function plainText(value: unknown): string {
  const text = certainText(value);
  if (text === undefined) throw new NotUnderstood("a value is printed whose text is not certain");
  return text;
}

export function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  throw new NotUnderstood("a text is expected");
}

export function wholeNumber(value: unknown): number {
  if (typeof value === "number" && Number.isInteger(value)) return value;
  throw new NotUnderstood("a whole number is expected");
}
