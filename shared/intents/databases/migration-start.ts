/** Where a Deployment migrates its database whenever one of its pods starts: in an init container, or before it serves. */
import type { RepositoryWorkload } from "../../repository/workloads.ts";
import { type PlacedContainer, placedContainers } from "../edit/workload-edit.ts";
import { migrationIn, type SplitScript, splitScript } from "./migrations.ts";

export type StartMigration =
  | { readonly form: "init"; readonly container: PlacedContainer; readonly tool: string }
  | {
      readonly form: "script";
      readonly container: PlacedContainer;
      readonly tool: string;
      readonly script: SplitScript;
      /** The list that holds the script, and its position in it. */
      readonly field: "command" | "args";
      readonly index: number;
    };

/** Every place where `workload` migrates as its pods start, init containers first. */
export function startMigrations(workload: RepositoryWorkload): readonly StartMigration[] {
  return placedContainers(workload).flatMap((container): StartMigration[] => {
    const isInit = container.path.includes("initContainers");
    // A sidecar goes on beside the others: it is no step before them.
    if (isInit && container.spec["restartPolicy"] === "Always") return [];
    if (isInit) {
      const tool = migrationIn(container.spec);
      return tool === undefined ? [] : [{ form: "init", container, tool }];
    }
    const found = scriptOf(container);
    return found === undefined ? [] : [found];
  });
}

/** The script a shell is given: the word after `-c`. */
function scriptOf(container: PlacedContainer): StartMigration | undefined {
  const { spec } = container;
  const words = (field: string): readonly unknown[] => (Array.isArray(spec[field]) ? (spec[field] as unknown[]) : []);
  const places = [
    ...words("command").map((word, index) => ({ field: "command" as const, index, word })),
    ...words("args").map((word, index) => ({ field: "args" as const, index, word })),
  ];
  const [shell] = places;
  if (shell === undefined || !/^(?:\/(?:usr\/)?bin\/)?(?:ba|da|a)?sh$/.test(String(shell.word))) return undefined;
  const flag = places.findIndex(({ word }) => typeof word === "string" && /^-[a-z]*c$/.test(word));
  const place = flag === -1 ? undefined : places[flag + 1];
  // Words after the script would be its arguments.
  if (place === undefined || typeof place.word !== "string" || places.length > flag + 2) return undefined;
  const script = splitScript(place.word);
  if (script === undefined) return undefined;
  const tool = migrationIn({ command: [script.migration] });
  return tool === undefined
    ? undefined
    : { form: "script", container, tool, script, field: place.field, index: place.index };
}
