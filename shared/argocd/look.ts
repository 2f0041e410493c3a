/** One look at an Application: is the commit live, and a nudge to Argo CD when it has not noticed yet. */
import type { ArgoApplication, ArgoCd, GitReader } from "../ports.ts";
import { REFRESH } from "./advice.ts";
import { decideLive, type Liveness, type LiveQuestion } from "./live.ts";

/** Right after a commit things move fast; later a look every interval is enough. */
const QUICK_PERIOD_MS = 20_000;
const QUICK_INTERVAL_MS = 2_000;

export interface LookPorts {
  readonly argoCd: ArgoCd;
  readonly git: Pick<GitReader, "isAncestor">;
}

export interface Looked {
  readonly application: ArgoApplication | undefined;
  readonly liveness: Liveness;
}

/** Reads the Application `name` once, decides, and asks for a refresh unless one is already asked for. */
export async function lookForCommit(
  name: string,
  question: Omit<LiveQuestion, "application">,
  { argoCd, git }: LookPorts,
  signal: AbortSignal,
): Promise<Looked> {
  const application = await argoCd.application(name, signal);
  const liveness = await decideLive({ ...question, application }, (ancestor, descendant) =>
    git.isAncestor(ancestor, descendant),
  );
  const asked = application?.metadata.annotations?.[REFRESH] !== undefined;
  if (application !== undefined && !asked && wantsRefresh(liveness)) await argoCd.refresh(name, signal);
  return { application, liveness };
}

/** Milliseconds until the next look, `elapsedMs` after the first. */
export function nextLook(elapsedMs: number, intervalMs: number): number {
  return elapsedMs < QUICK_PERIOD_MS ? Math.min(QUICK_INTERVAL_MS, intervalMs) : intervalMs;
}

function wantsRefresh(liveness: Liveness): boolean {
  if (liveness.kind === "wait") return liveness.refresh;
  // A condition may be left over from an earlier comparison: only a fresh one counts against the commit.
  return liveness.kind === "failed" && liveness.evidence === "condition";
}
