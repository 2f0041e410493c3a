/** The place of a finding in its file. */

import type { Platform, Resource } from "../repository/platform.ts";
import { positionIn } from "../repository/positions.ts";
import { type Keys, type Problem } from "./review.ts";

export interface Place {
  readonly path: string;
  /** Position of the YAML document in the file, from 0. */
  readonly document?: number;
  /** From 1. */
  readonly line?: number;
  readonly column?: number;
}

const NAME: Keys = ["metadata", "name"];

/** Where a problem of `resource` is written in `platform`: at the value it is about, else at the object's name. */
export function placeOfProblem(platform: Platform, resource: Resource, problem: Problem): Place {
  return placeIn(platform, resource, typeof problem === "string" ? NAME : problem.at);
}

export function placeIn(platform: Platform, { path, document, item, rendered }: Resource, keys: Keys = NAME): Place {
  if (rendered === true) return { path };
  const file = platform.files.get(path);
  const inside = item === undefined ? keys : ["items", item, ...keys];
  const position = file === undefined ? undefined : positionIn(file, document, inside);
  return { path, document, ...position };
}
