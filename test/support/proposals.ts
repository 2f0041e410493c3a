/** Ports for stages of improvements that were committed directly: using them is a mistake. */
import type { RequestPorts } from "../../functions/sync/request.ts";

function unused(): never {
  throw new Error("this improvement has no pull request");
}

export const noProposals: RequestPorts = {
  git: { head: unused, tree: unused, read: unused, isAncestor: unused, findOurs: unused },
  gate: { lock: unused },
  baseline: unused,
  requestLookMs: 300_000,
  settings: { platform: {}, policy: {} },
};
