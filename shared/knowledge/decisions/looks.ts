/** Whether a part of a document says what was decided, so that the index can be asked for decisions alone. */
import type { Chunk } from "../../knowledge-ports.ts";
import { readDocuments } from "./documents.ts";

/** True where a rule or a decision was read from it, or it stands in the record of one. Never throws, for any text. */
export function isDecisionChunk({ path, place, from, text }: Pick<Chunk, "path" | "place" | "from" | "text">): boolean {
  const headings = place.split(" > ").filter((one) => one !== "");
  const { statements } = readDocuments([{ path, parts: [{ text, from, headings }] }]);
  return statements.some(
    ({ source, facts }) => source.authority === "decision" || facts.some(({ strength }) => strength === "rule"),
  );
}
