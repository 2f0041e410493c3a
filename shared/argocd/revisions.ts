/** Which revisions an Argo CD Application speaks of: compared, applied, asked for; with one source or several. */
import type { ArgoApplication, ArgoSource } from "../ports.ts";

/** What `revision`/`revisions` pairs look like everywhere in the status. */
interface Revisions {
  readonly revision?: string;
  readonly revisions?: readonly string[];
}

/**
 * The revisions `status.sync` was compared with. With several sources only those of the sources that read `paths`, when
 * that can be told; a chart version is never a commit and is left out.
 */
export function comparedRevisions({ spec, status }: ArgoApplication, paths: readonly string[]): readonly string[] {
  const all = listOf(status?.sync);
  const sources = spec.sources ?? [];
  if (sources.length < 2 || all.length !== sources.length) return all.filter(isCommit);
  const ours = all.filter((_, index) => reads(sources[index], paths));
  return (ours.length > 0 ? ours : all).filter(isCommit);
}

/** The revisions the last sync operation really applied; empty when it left no result. */
export function appliedRevisions({ status }: ArgoApplication): readonly string[] {
  return listOf(status?.operationState?.syncResult).filter(isCommit);
}

/** The revisions the last sync operation was asked for, when they were pinned. */
export function requestedRevisions({ status }: ArgoApplication): readonly string[] {
  return listOf(status?.operationState?.operation?.sync).filter(isCommit);
}

function listOf(revisions: Revisions | undefined): readonly string[] {
  if (revisions === undefined) return [];
  if (revisions.revisions !== undefined && revisions.revisions.length > 0) return revisions.revisions;
  return revisions.revision === undefined || revisions.revision === "" ? [] : [revisions.revision];
}

function isCommit(revision: string): boolean {
  return /^[0-9a-f]{40}([0-9a-f]{24})?$/i.test(revision);
}

function reads(source: ArgoSource | undefined, paths: readonly string[]): boolean {
  if (source?.path === undefined) return false;
  const folder = source.path.replace(/^\.?\/+|^\.$|\/+$/g, "");
  return paths.some((path) => folder === "" || path.startsWith(`${folder}/`));
}
