/** What a rollback would do, as text for people. */
import type { RollbackPreview } from "../../functions/coordinator/rollback-preview.ts";
import { fileLines } from "./describe.ts";
import { harmless, type Terminal } from "./terminal.ts";

export function describeRollback(terminal: Terminal, preview: RollbackPreview): string {
  const { id, possible, because, application, lock, conflicts, objects, later, warnings, files } = preview;
  const verdict = possible
    ? `${id} can be rolled back: ${wayInWords(preview)}`
    : `${id} cannot be rolled back now: ${because ?? "nobody says why"}`;
  const parts: [string, readonly string[]][] = [
    ["Warnings", warnings],
    ["In conflict", conflicts],
    ["Application", application === null ? [] : [application, ...lockLines(lock)]],
    [
      "In the cluster",
      objects.map(({ effect, kind, namespace, name, fate, because: why }) => {
        const object = `${effect} ${kind} ${namespace === undefined ? name : `${namespace}/${name}`}`;
        return fate === "applied" ? object : `${object}: ${fate}${why === undefined ? "" : `, ${why}`}`;
      }),
    ],
    [
      "Later commits on these files",
      later.map(({ commit, at, author, subject }) => `${commit.slice(0, 12)}  ${at}  ${author}: ${subject}`),
    ],
  ];
  const lines = parts.flatMap(([title, texts]) =>
    texts.length === 0 ? [] : ["", terminal.paint("bold", title), ...texts.map((text) => `  ${harmless(text)}`)],
  );
  const diff = files.length === 0 ? [] : ["", terminal.paint("bold", "Diff"), ...fileLines(terminal, files)];
  return [terminal.paint(possible ? "green" : "red", harmless(verdict)), ...lines, ...diff].join("\n");
}

function wayInWords({ way, commit }: RollbackPreview): string {
  switch (way) {
    case "push":
      return `a commit that takes ${commit ?? "it"} back would be pushed`;
    case "pull-request":
      return `a pull request that takes ${commit ?? "it"} back would be opened; until it is merged the change stays live`;
    case null:
      return "nothing would be written to Git";
  }
}

function lockLines(lock: RollbackPreview["lock"]): readonly string[] {
  if (lock === null || lock.holder === null) return [];
  return [`locked as ${lock.name} by ${lock.holder} (${lock.status ?? "no record"}), ${lock.waiting} waiting`];
}
