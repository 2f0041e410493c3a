/** What a person reads that is not about one improvement: what it is, what was seen, and where to look. */
import type { Notice } from "../../shared/domain/events.ts";
import { line } from "./line.ts";

const MOST_FACTS = 8;
/** A notice's own text is one line of several sentences. */
const LONGEST_TEXT = 600;

/** Several short lines; every value is one line, so that no fact can forge another. */
export function noticeMessage({ about, text, facts }: Notice): string {
  const said = line(text, LONGEST_TEXT);
  switch (about) {
    case "anomaly": {
      const isOver = facts["what"] === "over";
      return lines(isOver ? "The stages are as usual again" : "The stages do not behave as usual", [
        said,
        ...(isOver ? [] : [...shown(facts, ["kind", "what"]), "Look: school anomalies, school status"]),
      ]);
    }
    case "router":
      return lines("The router has changed", [said, ...shown(facts, []), "Look: school router"]);
    case "retrain":
      return lines("The router is to be trained", [said, ...shown(facts, [])]);
    default: // events come from lists, where anybody may have written
      return lines(line(String(about)), [said]);
  }
}

function lines(headline: string, rest: readonly string[]): string {
  return [headline, ...rest].filter((text) => text !== "").join("\n");
}

/** Numbers as they are; what the text says in words already is left out. */
function shown(facts: Notice["facts"], known: readonly string[]): string[] {
  const entries = Object.entries(facts).filter(([name]) => !known.includes(name));
  const told = entries.slice(0, MOST_FACTS).map(([name, value]) => `${line(name, 100)}: ${line(String(value))}`);
  return entries.length > MOST_FACTS ? [...told, `and ${entries.length - MOST_FACTS} more`] : told;
}
