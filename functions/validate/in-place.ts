/** Is what it asks for there already, wherever it could be? */
import type { Improvement, ValidationFinding } from "../../shared/domain/improvement.ts";
import { spokenIn, topicOf } from "../../shared/domain/lexicon.ts";
import { intents } from "../../shared/intents/registry.ts";
import type { Platform } from "../../shared/repository/platform.ts";

const CHECK = "already-in-place";
const SHOWN = 20;

/** Undefined when no typed intent knows what to look for: there is nothing to compare, and plan will ask a person. */
export function findInPlace(
  improvement: Pick<Improvement, "title" | "description" | "quotes">,
  platform: Platform,
): ValidationFinding | undefined {
  const topic = topicOf(improvement);
  const definition = topic?.intent === undefined ? undefined : intents.get(topic.intent);
  if (definition === undefined) return undefined;
  const { done, open } = definition.survey(platform, spokenIn(improvement));
  if (open.length === 0 && done.length > 0) {
    const because = `${definition.kind} is already done everywhere it applies (${done.length} places)`;
    return { check: CHECK, result: "conflict", because, evidence: done.slice(0, SHOWN) };
  }
  const because =
    open.length === 0
      ? `${definition.kind} applies nowhere in this repository`
      : `${open.length} places lack it, ${done.length} have it`;
  return { check: CHECK, result: "pass", because, evidence: open.slice(0, SHOWN).map(({ target }) => target) };
}
