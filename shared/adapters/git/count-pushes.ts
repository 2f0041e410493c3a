/** Counts pushes that did not land, and why; what happens then is the caller's business as before. */
import type { ModelServices } from "../../ledger-ports.ts";
import type { GitWriter } from "../../ports.ts";

/** `moved`: another push was first. `protected`: the forge wants a pull request. `error`: anything else. */
export const PUSH_FAILURES = ["moved", "protected", "error"] as const;

/** Counting that fails changes nothing. */
export function countingPushes<Git extends GitWriter>(git: Git, services: Pick<ModelServices, "count">): Git {
  async function counted<Answer extends { readonly kind: string }>(push: () => Promise<Answer>): Promise<Answer> {
    try {
      const answer = await push();
      if (answer.kind === "moved" || answer.kind === "protected") failed(answer.kind);
      return answer;
    } catch (error) {
      failed("error");
      throw error;
    }
  }
  function failed(why: (typeof PUSH_FAILURES)[number]): void {
    services.count({ [`push_failed:${why}`]: 1 }).catch(() => undefined);
  }
  return {
    ...git,
    commit: (input) => counted(() => git.commit(input)),
    revert: (input) => counted(() => git.revert(input)),
  };
}
