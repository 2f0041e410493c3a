/** What the measurements do not decide, or what cannot be taken back: a person's to decide. */
import type { Act, End, Scenario } from "./scenario.ts";
import { withChange } from "./taken-back.ts";

const held = (check: string, measured: Omit<End["measured"], "check">): End => ({
  path: ["implementation", "deployed", "held"],
  reverted: false,
  measured: { check, ...measured },
  well: true,
  extended: true,
});

const blocked = (reverted: boolean): End => ({
  path: ["implementation", "deployed", "rolling_back", "rollback_blocked"],
  reverted,
  measured: { check: "error-ratio", phase: "Failed", message: /of the requests to bakery\/\w+ fail/ },
  // The fault is still there: that is why somebody is asked.
  well: false,
});

/** A colleague changes the very lines the school has just written. */
async function commitInTheWay({ repository, improvements, reaches }: Act): Promise<void> {
  await reaches("implementation");
  const [file] = improvements[0]?.change_set?.files ?? [];
  if (file === undefined) throw new Error("nothing was changed");
  const [first] = await repository.history();
  const before = new Set(((await repository.show(file.path, first?.id)) ?? "").split("\n"));
  const remarked = (line: string) => (before.has(line) || line.trim() === "" ? line : `${line} # measured in March`);
  await repository.change(file.path, (text) => text.split("\n").map(remarked).join("\n"), "Where the numbers are from");
}

/** Nobody has chosen between two versions of a line, and the person is told which file it is about. */
async function untouched({ repository, improvements, record }: Act): Promise<readonly string[]> {
  const file = improvements[0]?.change_set?.files[0]?.path ?? "";
  const text = (await repository.show(file)) ?? "";
  const problems = text.includes("# measured in March") ? [] : [`${file} lost the colleague's work`];
  const { rollback_commit: rollback } = await record();
  return rollback === undefined ? problems : [...problems, `the record names the revert ${rollback}`];
}

export const forAPerson: readonly Scenario[] = [
  {
    name: "no-traffic",
    what: "nobody asks the new pods anything: extended once, then a person; never a rollback",
    talks: ["limits"],
    before: withChange({ kind: "no-traffic" }),
    end: held("error-ratio", { phase: "Inconclusive", message: /has no traffic/ }),
  },
  {
    name: "prometheus-away",
    what: "Prometheus goes away after the commit and stays away: a person; neither verified nor rolled back",
    talks: ["limits"],
    meanwhile: async ({ inject, reaches }) => {
      await reaches("implementation");
      inject({ kind: "prometheus-away" });
    },
    end: held("error-ratio", { phase: "Error", message: /Prometheus cannot be reached/ }),
  },
  {
    name: "conflicting-commit",
    what: "a later commit changed the same lines: nobody guesses, a person is asked",
    talks: ["limits"],
    before: withChange({ kind: "error-rate", ratio: 0.3 }),
    meanwhile: commitInTheWay,
    end: blocked(false),
    also: untouched,
  },
  {
    name: "still-sick",
    what: "taken back in Git, but what the change spoilt stays spoilt: a person is asked, never another rollback",
    talks: ["limits"],
    // After a revert the cluster has ten times this to recover.
    seconds: 3,
    before: ({ inject, target }) => inject({ kind: "error-rate", ...target, when: "since-change", ratio: 0.3 }),
    end: blocked(true),
  },
];
