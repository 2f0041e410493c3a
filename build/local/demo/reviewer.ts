/**
 * The demonstration's reviewer: approves every change set that waits for a person, as somebody would in the dashboard,
 * and breaks two of the changes on purpose, so that the way back is seen too. Which two is decided by what comes, not
 * by name: the first change of an existing workload crashes, the first new NetworkPolicy makes its neighbours answer
 * errors. When all is decided it overrides one of the conflicts, if there are several. What a busy machine measured too
 * seldom to decide is measured again. It keeps no notes: what it did before the demonstration was interrupted is in the
 * trails.
 */
import type { Improvement } from "../../../shared/domain/improvement.ts";
import type { Fault } from "../sandbox/fault-kinds.ts";
import type { Sandbox } from "../sandbox/sandbox.ts";
import type { DemoClient, Line } from "./client.ts";

const WORKLOADS = ["Deployment", "StatefulSet", "DaemonSet"];

export interface Reviewer {
  /**
   * One round over what waits for review while nothing moves: at most one change per Application, so that an injected
   * fault can only hit the change it is meant for; faults of earlier rounds are over. False: nothing is left to do.
   */
  round(lines: readonly Line[]): Promise<boolean>;
  /** What is held keeps its Application's lock, and whoever waits behind it waits for a person, too. True: something moves again. */
  measureAgain(lines: readonly Line[]): Promise<boolean>;
}
/** Of one improvement: what is held even then is for whoever looks on. */
const MOST_MEASUREMENTS = 5;

export function reviewer(client: DemoClient, sandbox: Sandbox | undefined, log: (message: string) => void): Reviewer {
  const broken = new Set<Fault["kind"]>();
  const reviewed = new Set<string>();
  const measured = new Map<string, number>();
  let overridden = false;
  let recalled: Promise<void> | undefined;

  /** A fault was switched on before its change was approved; one whose change was not is switched on again. */
  async function recall(lines: readonly Line[]): Promise<void> {
    for (const { id } of lines) {
      const mine = (await client.trail(id)).filter(({ by }) => by.startsWith("person:"));
      overridden ||= mine.some(({ from }) => from === "conflicts");
      if (!mine.some(({ to }) => to === "approved")) continue;
      reviewed.add(id);
      const fault = faultFor((await client.show(id)).change_set?.objects ?? []);
      if (fault !== undefined) broken.add(fault.kind);
    }
  }

  function sabotage({ change_set: changeSet, id }: Improvement): void {
    const fault = changeSet === undefined ? undefined : faultFor(changeSet.objects);
    if (fault === undefined || broken.has(fault.kind)) return;
    broken.add(fault.kind);
    sandbox?.inject(fault);
    const where = fault.workload === undefined ? fault.namespace : `${fault.namespace}/${fault.workload}`;
    log(`  ✗ fault injected: ${fault.kind} in ${where}, with the change of ${id} and only with it`);
  }

  /** A person who knows better: the same advice, but for the next place. */
  async function overrideOne(lines: readonly Line[]): Promise<boolean> {
    const conflicts = lines.filter(({ status }) => status === "conflicts").sort((a, b) => (a.id < b.id ? -1 : 1));
    const [first, second] = conflicts;
    if (overridden || first === undefined || second === undefined) return false;
    overridden = true;
    await client.override(first.id, "the earlier one is decided; this is for the next place");
    log(`  ✓ the demonstration's reviewer overrides the conflict of ${first.id}`);
    return true;
  }

  return {
    async round(lines) {
      recalled ??= recall(lines);
      await recalled;
      sandbox?.clear();
      const busy = new Set<string>();
      const waiting = lines.filter(({ id, status }) => status === "pending_review" && !reviewed.has(id));
      for (const { id } of waiting.sort((a, b) => (a.id < b.id ? -1 : 1))) {
        const improvement = await client.show(id);
        const { change_set: changeSet, verdict } = improvement;
        if (changeSet === undefined || verdict?.decision === "deny") {
          reviewed.add(id);
        } else if (!busy.has(changeSet.application)) {
          reviewed.add(id);
          busy.add(changeSet.application);
          sabotage(improvement);
          const reason = `the diff is what we want: ${changeSet.files.map(({ path }) => path).join(", ")}`;
          await client.approve(id, reason);
          log(`  ✓ the demonstration's reviewer approves ${id}: ${reason}`);
        }
      }
      return busy.size > 0 || overrideOne(lines);
    },
    async measureAgain(lines) {
      const held = lines.filter(({ id, status }) => status === "held" && (measured.get(id) ?? 0) < MOST_MEASUREMENTS);
      for (const { id } of held) {
        const times = (measured.get(id) ?? 0) + 1;
        measured.set(id, times);
        await client.extend(id, "what was measured does not decide; once more");
        log(`  ✓ the demonstration's reviewer has ${id} measured again`);
      }
      return held.length > 0;
    },
  };
}

function faultFor(objects: NonNullable<Improvement["change_set"]>["objects"]): Fault | undefined {
  const changed = objects.find(({ kind, effect }) => effect === "change" && WORKLOADS.includes(kind));
  if (changed?.namespace !== undefined) {
    return { kind: "crash-loop", namespace: changed.namespace, workload: changed.name, when: "changed" };
  }
  const created = objects.find(({ kind, effect }) => effect === "create" && kind === "NetworkPolicy");
  return created?.namespace === undefined
    ? undefined
    : { kind: "error-rate", namespace: created.namespace, when: "changed" };
}
