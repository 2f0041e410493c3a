/** What a person reads that is not about one improvement: what it is, what was seen, and where to look. */
import type { Notice } from "../../shared/domain/events.ts";
import { line } from "./line.ts";
import type { Words } from "./message.ts";

const MOST_FACTS = 8;
/** A notice's own text is one line of several sentences. */
const LONGEST_TEXT = 600;

/** Every value is one line, so that no fact can forge another. */
export function noticeWords({ about, text, facts }: Notice): Words {
  const said = line(text, LONGEST_TEXT);
  switch (about) {
    case "anomaly": {
      const isOver = facts["what"] === "over";
      return words(isOver ? "The stages are as usual again" : "The stages do not behave as usual", [
        said,
        ...(isOver ? [] : [...shown(facts, ["kind", "what"]), "Look: school anomalies, school status"]),
      ]);
    }
    case "router":
      return words("The router has changed", [said, ...shown(facts, []), "Look: school router"]);
    case "retrain":
      return words("The router is to be trained", [said, ...shown(facts, [])]);
    case "test":
      return words("A test of the school's notifications", [said, "Nothing has happened, and nobody needs to act"]);
    default: // events come from lists, where anybody may have written
      return words(line(String(about)), [said]);
  }
}

/** The same as one text of several short lines. */
export function noticeMessage(notice: Notice): string {
  const { headline, lines } = noticeWords(notice);
  return [headline, ...lines].join("\n");
}

function words(headline: string, lines: readonly string[]): Words {
  return { headline, lines: lines.filter((text) => text !== "") };
}

/** Numbers as they are; what the text says in words already is left out. */
function shown(facts: Notice["facts"], known: readonly string[]): string[] {
  const entries = Object.entries(facts).filter(([name]) => !known.includes(name));
  const told = entries.slice(0, MOST_FACTS).map(([name, value]) => `${line(name, 100)}: ${line(String(value))}`);
  return entries.length > MOST_FACTS ? [...told, `and ${entries.length - MOST_FACTS} more`] : told;
}
