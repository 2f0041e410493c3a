/** The last thing planning does with a change: shows it to the cluster, where there is one. */
import type { ChangeSet, Verdict } from "../../shared/domain/change-set.ts";
import type { DryRun } from "../../shared/dry-run-port.ts";
import { withDryRun } from "../../shared/policy/server-dry-run.ts";
import type { Platform } from "../../shared/repository/platform.ts";

/** The rendered change with what the cluster says in its verdict. Throws only when `signal` ends it. */
export async function shownToCluster<Rendered extends { readonly changeSet: ChangeSet; readonly verdict: Verdict }>(
  rendered: Rendered,
  platform: Platform,
  port: DryRun | undefined,
  signal?: AbortSignal,
): Promise<Rendered> {
  const verdict = await withDryRun(rendered.verdict, rendered.changeSet, platform, port, signal);
  return { ...rendered, verdict };
}
