/** Files whose objects never reach a cluster, because no Application reads them. */
import { coveringApplication } from "../../repository/coverage.ts";
import { groupBy } from "../../repository/lookup.ts";
import type { Platform, Resource } from "../../repository/platform.ts";
import type { Found } from "../finding.ts";

/** Once per file; once for all where the repository has no Applications. */
export function coverage(platform: Platform): readonly Found[] {
  if (platform.resources.length === 0) return [];
  if (platform.applications.length === 0) {
    const message = "no Argo CD Application of the repository reads it; what applies its objects is not known";
    return [{ rule: "no-applications", message }];
  }
  const unexpanded = platform.unreadable.find(({ because }) => because.includes("ApplicationSet"));
  return [...groupBy(platform.resources, ({ path }) => path)].flatMap(([path, resources]): Found[] => {
    const covering = coveringApplication(platform, path);
    if (typeof covering !== "string") return [];
    const isArgo = resources.every(({ apiVersion }) => apiVersion.startsWith("argoproj.io/"));
    const doubt = unexpanded === undefined ? "" : `; ${unexpanded.path} could not be followed`;
    const message = `${covering}: ${objects(resources)}${isArgo ? " (applied by hand?)" : doubt}`;
    const severity = isArgo || unexpanded !== undefined ? "info" : "warning";
    return [{ rule: "not-covered", message, path, line: 1, column: 1, severity }];
  });
}

function objects(resources: readonly Resource[]): string {
  const [first] = resources;
  const named = first === undefined ? "" : `${first.kind} ${first.name}`;
  return resources.length === 1 ? named : `${named} and ${resources.length - 1} more`;
}
