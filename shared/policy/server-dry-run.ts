/** What a cluster says to a change before anybody commits it, as findings of policy. */
import { type ChangeSet, type RuleHit, type Verdict, verdictOf } from "../domain/change-set.ts";
import type { DryRun, DryRunFinding } from "../dry-run-port.ts";
import type { Platform, Resource } from "../repository/platform.ts";
import { isFields } from "../repository/values.ts";
import { placeIn } from "./place.ts";
import { nameOf, reviewOf } from "./review.ts";

/**
 * Hits of the rule `server-side-dry-run` for the objects a change set creates or changes: refused is denied, a kind or
 * namespace that is not there asks a person, no answer counts as the port says, a remark is only told.
 */
export async function dryRunHits(
  changeSet: ChangeSet,
  platform: Platform,
  port: DryRun,
  signal?: AbortSignal,
): Promise<readonly RuleHit[]> {
  const review = reviewOf(changeSet, platform, {});
  const written = review.changes.flatMap(({ before, after }) =>
    after === undefined
      ? []
      : [{ resource: after, effect: before === undefined ? ("create" as const) : ("change" as const) }],
  );
  if (written.length === 0) return [];
  const objects = written.map(({ resource, effect }) => ({ object: placed(resource), effect }));
  const findings = await port.check(objects, signal);
  return findings.map((finding): RuleHit => {
    const resource = written[finding.index]?.resource;
    const place = resource === undefined ? {} : placeIn(review.after, resource);
    const about = resource === undefined ? "" : `${nameOf(resource)}: `;
    return { rule: "server-side-dry-run", ...meaningOf(finding, port, about), ...place };
  });
}

/** The verdict with what the cluster says; a change that is denied already is not asked about, nor any without a cluster. */
export async function withDryRun(
  verdict: Verdict,
  changeSet: ChangeSet,
  platform: Platform,
  port: DryRun | undefined,
  signal?: AbortSignal,
): Promise<Verdict> {
  if (port === undefined || verdict.decision === "deny") return verdict;
  return verdictOf([...verdict.rules, ...(await dryRunHits(changeSet, platform, port, signal))]);
}

function meaningOf(
  { kind, message }: DryRunFinding,
  port: DryRun,
  about: string,
): Pick<RuleHit, "decision" | "message"> {
  switch (kind) {
    case "refused":
      return { decision: "deny", message: `${about}the cluster would refuse it: ${message}` };
    case "missing":
      return { decision: "human", message: `${about}the cluster could not judge it: ${message}` };
    case "forbidden":
      return { decision: port.unanswered, message: `${about}not asked, the school is not allowed to: ${message}` };
    case "unreachable":
      return { decision: port.unanswered, message: `${about}not answered: ${message}` };
    case "warning":
      return { decision: "auto", message: `${about}the cluster would take it and remarks: ${message}` };
  }
}

/** An object with the namespace it goes to, which may come from its Application or a kustomization. */
function placed({ object, namespace }: Resource): Readonly<Record<string, unknown>> {
  const metadata = isFields(object["metadata"]) ? object["metadata"] : {};
  const { namespace: _, ...rest } = metadata;
  return { ...object, metadata: { ...rest, ...(namespace === undefined ? {} : { namespace }) } };
}
