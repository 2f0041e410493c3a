/** The list of intents in shared/intents/README.md follows from the registry and the lexicon. */
import { TOPICS } from "../shared/domain/lexicon.ts";
import { intents } from "../shared/intents/registry.ts";
import { row, withPart } from "./generated-part.ts";

/** The README as it should be. Throws when its marks are gone. */
export async function intentReference(): Promise<string> {
  const rows = [...intents.values()]
    .sort((a, b) => (a.kind < b.kind ? -1 : 1))
    .map(({ kind, purpose }) => {
      const topics = TOPICS.filter(({ intent }) => intent === kind).map(({ id }) => id);
      return row([`\`${kind}\``, purpose, topics.join(", ")]);
    });
  const head = row(["intent", "what it changes", "asked for by talks about"]);
  return withPart("shared/intents/README.md", "intents", `${head}\n|${" --- |".repeat(3)}\n${rows.join("\n")}\n`);
}
