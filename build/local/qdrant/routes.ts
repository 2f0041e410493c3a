/** From a method and a path to the operation. */
import { OPERATIONS } from "./operations.ts";

export interface Found {
  readonly name: string;
  /** What stands for the variables of the path, decoded. */
  readonly path: readonly string[];
}

const ROUTES = Object.entries(OPERATIONS)
  .map(([name, { method, path }]) => ({ name, method, parts: path.split("/") }))
  // A word goes before a variable: /collections/aliases is no collection.
  .sort((a, b) => variables(a.parts) - variables(b.parts));

export function find(method: string, pathname: string): Found | undefined {
  const parts = pathname.split("/");
  const route = ROUTES.find((each) => each.method === method && fits(each.parts, parts));
  if (route === undefined) return undefined;
  const path = route.parts.flatMap((part, at) => (isVariable(part) ? [decoded(parts[at] as string)] : []));
  return { name: route.name, path };
}

function fits(pattern: readonly string[], parts: readonly string[]): boolean {
  if (pattern.length !== parts.length) return false;
  return pattern.every((part, at) => (isVariable(part) ? parts[at] !== "" : part === parts[at]));
}

function isVariable(part: string): boolean {
  return part.startsWith("{");
}

function variables(parts: readonly string[]): number {
  return parts.filter(isVariable).length;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    // No name of a collection has a half-written escape: this one is not found.
    return part;
  }
}
