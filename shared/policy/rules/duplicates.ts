/** Objects that are defined twice. */
import { folderOf } from "../../repository/conventions.ts";
import { groupBy } from "../../repository/lookup.ts";
import type { Platform, Resource } from "../../repository/platform.ts";
import { isClusterScoped } from "../../repository/scope.ts";
import type { Found } from "../finding.ts";
import { placeIn } from "../place.ts";
import { nameOf } from "../review.ts";

/** Told at every definition but the first one an Application reads. It is only sure to do harm when Applications apply both. */
export function duplicates(platform: Platform): readonly Found[] {
  const groups = [...groupBy(platform.resources, identityOf).values()].filter((group) => group.length > 1);
  const isRead = ({ path }: Resource) => (platform.readers.get(path)?.length ?? 0) > 0;
  return groups.flatMap((group) => {
    const [first, ...others] = [...group.filter(isRead), ...group.filter((one) => !isRead(one))];
    if (first === undefined) return [];
    const place = placeIn(platform, first);
    return others.map((other): Found => {
      const applied = [first, other].filter(isRead).length;
      const where = place.line === undefined ? first.path : `${first.path}:${place.line}`;
      const tail =
        applied === 2 ? "" : applied === 1 ? "; an Application reads only one of them" : "; no Application reads them";
      return {
        rule: "duplicate-object",
        object: nameOf(other),
        message: `${nameOf(other)} is defined in ${where} too${tail}`,
        ...(applied === 2 ? {} : { severity: "warning" }),
        ...placeIn(platform, other),
      };
    });
  });
}

/** Without a namespace nobody can tell whether two folders go to the same place. */
function identityOf(resource: Resource): string {
  const { apiVersion, kind, namespace, name, path } = resource;
  const group = apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : "";
  const isPlaced = namespace !== undefined || isClusterScoped(apiVersion, kind);
  return JSON.stringify([group, kind, namespace, name, isPlaced ? "" : folderOf(path)]);
}
