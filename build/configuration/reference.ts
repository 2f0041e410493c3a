/** Every variable the school reads, and the table of them in build/local/README.md. */
import { row, withPart } from "../generated-part.ts";
import { cluster } from "./cluster.ts";
import { coordinator } from "./coordinator.ts";
import { decisions } from "./decisions.ts";
import { common } from "./every-function.ts";
import { knowledge } from "./knowledge.ts";
import { models } from "./models.ts";
import { notifications } from "./notifications.ts";
import { repository } from "./repository.ts";
import { sources } from "./sources.ts";
import { tools } from "./tools.ts";
import type { Variable } from "./variable.ts";

export const variables: readonly Variable[] = [
  ...common,
  ...models,
  ...knowledge,
  ...sources,
  ...decisions,
  ...repository,
  ...cluster,
  ...coordinator,
  ...notifications,
  ...tools,
];

/** The README of the local school with its table as it should be. */
export function configurationReference(): Promise<string> {
  const rows = variables.map(({ names, part, default: usual, readBy, what }) => {
    const listed = names.map((name) => `\`${name}\``).join(", ");
    return row([part === true ? `${listed} **part**` : listed, usual, readBy, what]);
  });
  const table = ["| variable | default | read by | what |", "|---|---|---|---|", ...rows];
  return withPart("build/local/README.md", "variables", `${table.join("\n")}\n`);
}
