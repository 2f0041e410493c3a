/**
 * The demonstration's reviewer: approves every change set that waits for a person, as somebody would in the dashboard,
 * and breaks two of the changes on purpose, so that the way back is seen too. Which two is decided by what comes, not
 * by name: the first change of an existing workload crashes, the first new object makes its neighbours answer errors.
 */
import type { Improvement } from "../../../shared/domain/improvement.ts";
import type { Sandbox } from "../sandbox/sandbox.ts";
import type { DemoClient, Line } from "./client.ts";

const WORKLOADS = ["Deployment", "StatefulSet", "DaemonSet"];

export interface Reviewer {
  /** Looks at one improvement in pending_review; approves it when there is a change set to approve. */
  review(line: Line): Promise<void>;
}

export function reviewer(client: DemoClient, sandbox: Sandbox | undefined, log: (message: string) => void): Reviewer {
  const broken = new Set<string>();

  function sabotage({ change_set, id }: Improvement): void {
    const changed = change_set?.objects.find(({ kind, effect }) => effect === "change" && WORKLOADS.includes(kind));
    const created = change_set?.objects.find(({ effect }) => effect === "create");
    if (changed?.namespace !== undefined && !broken.has("crash-loop")) {
      broken.add("crash-loop");
      sandbox?.inject({ kind: "crash-loop", namespace: changed.namespace, workload: changed.name, when: "changed" });
      log(
        `  ✗ fault injected: ${changed.namespace}/${changed.name} will crash with the change of ${id}, and only with it`,
      );
    } else if (created?.namespace !== undefined && changed === undefined && !broken.has("error-rate")) {
      broken.add("error-rate");
      sandbox?.inject({ kind: "error-rate", namespace: created.namespace, when: "changed" });
      log(`  ✗ fault injected: ${created.namespace} will answer errors with the change of ${id}, and only with it`);
    }
  }

  return {
    async review({ id }) {
      const improvement = await client.show(id);
      if (improvement.change_set === undefined || improvement.verdict?.decision === "deny") return;
      sabotage(improvement);
      const reason = `the diff is what we want (${improvement.change_set.files.map(({ path }) => path).join(", ")})`;
      await client.approve(id, reason);
      log(`  ✓ the demonstration's reviewer approves ${id}: ${reason}`);
    },
  };
}
