/** Where in its file something of an object is written, for people who want to look. */
import { isNode } from "yaml";
import { readDocuments } from "./parse.ts";
import type { Platform, Resource } from "./platform.ts";

/** `<path>:<line>` of the value at `keys` inside the object; the path alone where that cannot be told. */
export function placeOf(platform: Platform, resource: Resource, ...keys: readonly string[]): string {
  const content = platform.files.get(resource.path)?.content ?? "";
  const inside = resource.item === undefined ? keys : ["items", resource.item, ...keys];
  const node: unknown = resource.path.endsWith(".json")
    ? undefined
    : readDocuments(content)[resource.document]?.getIn(inside, true);
  const start = isNode(node) ? node.range?.[0] : undefined;
  return start === undefined ? resource.path : `${resource.path}:${content.slice(0, start).split("\n").length}`;
}
