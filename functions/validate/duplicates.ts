/** Was this proposed before, in these words or nearly so? A rolled-back one is never proposed again. */
import type { Improvement, ValidationFinding } from "../../shared/domain/improvement.ts";
import { spokenIn, topicOf } from "../../shared/domain/lexicon.ts";
import { END_STATUSES } from "../../shared/domain/lifecycle.ts";
import { intents } from "../../shared/intents/registry.ts";
import { likeness } from "./similarity.ts";

type Known = Pick<
  Improvement,
  "id" | "title" | "description" | "quotes" | "status" | "created_at" | "relevance" | "rollback_commit" | "tombstone"
>;

/** From here on two texts without a telling difference say the same; from `DOUBT` on a person looks. */
const SAME = 0.8;
const DOUBT = 0.6;
const CHECK = "duplicate";

export function findDuplicate(improvement: Known, past: readonly Known[]): ValidationFinding {
  const earlier = past.filter((other) => counts(other, improvement));
  const exact = earlier.find((other) => normalised(textOf(other)) === normalised(textOf(improvement)));
  if (exact !== undefined) return conflict(exact, "says exactly the same");
  const open = past.find((other) => isAhead(other, improvement) && isOpen(other) && wantsTheSame(other, improvement));
  if (open !== undefined) return conflict(open, "wants the same kind of change and is not decided yet");
  const ranked = earlier
    .map((other) => ({ other, ...likeness(substance(improvement), substance(other)) }))
    .filter(({ guard, score }) => guard === undefined && score >= DOUBT)
    .sort((a, b) => b.score - a.score);
  const [closest] = ranked;
  if (closest === undefined) {
    return {
      check: CHECK,
      result: "pass",
      because: `none of ${earlier.length} earlier improvements says the same`,
      evidence: [],
    };
  }
  const percent = `${Math.round(closest.score * 100)} %`;
  if (closest.score >= SAME) return conflict(closest.other, `says the same in ${percent} of its words`);
  return {
    check: CHECK,
    result: "unknown",
    because: `may say the same as “${closest.other.title}” (${percent} of the words)`,
    evidence: [closest.other.id],
  };
}

/** Of two that arrive together the older one stays, so that they do not cancel each other out. */
function counts(other: Known, improvement: Known): boolean {
  if (other.id === improvement.id || other.status === "conflicts") return false;
  if (isTombstone(other)) return true;
  return isOlder(other, improvement);
}

function isOlder(one: Known, other: Known): boolean {
  return `${one.created_at} ${one.id}` < `${other.created_at} ${other.id}`;
}

/** Of two that want the same the better founded one goes first, so that a passing remark cannot block real advice. */
function isAhead(other: Known, improvement: Known): boolean {
  if (other.id === improvement.id || other.relevance < improvement.relevance) return false;
  return other.relevance > improvement.relevance || isOlder(other, improvement);
}

/** Under way or waiting for a person. Once it is done the same advice may be for the next place in the repository. */
function isOpen({ status }: Known): boolean {
  return status !== "dead" && !(END_STATUSES as readonly string[]).includes(status);
}

function wantsTheSame(one: Known, other: Known): boolean {
  const intent = topicOf(one)?.intent;
  if (intent === undefined || intent !== topicOf(other)?.intent) return false;
  // Alerts on errors and alerts on disks are two things, although both are alerts.
  const form = (known: Known) => intents.get(intent)?.forms(spokenIn(known))[0];
  return form(one) === form(other);
}

function isTombstone({ tombstone, ...known }: Known): boolean {
  return tombstone !== undefined || wasTakenBack(known);
}

function wasTakenBack({ status, rollback_commit }: Omit<Known, "tombstone">): boolean {
  return (
    status === "failed" || status === "rolling_back" || status === "rollback_blocked" || rollback_commit !== undefined
  );
}

function conflict(other: Known, how: string): ValidationFinding {
  const fate = fateOf(other);
  const because = `“${other.title}” ${how}; it ${fate}`;
  return { check: CHECK, result: "conflict", because, evidence: [other.id] };
}

function fateOf(other: Known): string {
  if (wasTakenBack(other)) return "was rolled back and is not tried again";
  return other.tombstone === undefined ? `is ${other.status}` : `is not tried again (${other.tombstone})`;
}

/** Title and description may be our own words about a topic; what was really said is in the quotes. */
function substance({ title, description, quotes }: Known): string {
  return quotes.length > 0 ? quotes.map(({ text }) => text).join("\n") : `${title}\n${description}`;
}

function textOf(improvement: Known): string {
  return improvement.quotes.length > 0 ? `${improvement.title}\n${substance(improvement)}` : substance(improvement);
}

function normalised(text: string): string {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}
