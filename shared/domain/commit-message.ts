/**
 * Commit messages in the platform's format, plus trailers. Everything in an improvement comes from untrusted text, so
 * each value is one line that can forge no trailer, no further paragraph, no reference and no instruction to a forge.
 */
import type { Approval } from "./approval-signature.ts";
import type { Improvement } from "./improvement.ts";

export const SUBJECT_MAX = 72;
export const NOTES_MAX = 600;
const CO_AUTHOR = "Cortex Online School <school@cortex.ai>";

type Described = Pick<
  Improvement,
  "id" | "title" | "source_id" | "source_title" | "source_url" | "video_id" | "relevance" | "category"
> & { readonly implementation_notes: string };

/**
 * The message of an improvement's commit. `changes`: one line each, as the renderer gives them. `approval` says whether
 * it was automatic. `changeSet`: hash of the committed change set, by which the commit is recognised later.
 */
export function implementMessage(
  improvement: Described,
  changes: readonly string[],
  { approval, changeSet }: { approval: Pick<Approval, "actor" | "reason">; changeSet: string },
): string {
  const { automatic, name } = approver(approval.actor);
  const notes = untrusted(improvement.implementation_notes, NOTES_MAX);
  return paragraphs(
    subject("Implement", improvement.title),
    [
      `Source: ${describeSource(improvement)}`,
      `Relevance: ${improvement.relevance}`,
      `Category: ${oneLine(improvement.category, 40)}`,
      automatic
        ? `Auto-approved: Yes (rule ${name}: ${untrusted(approval.reason, 300)})`
        : `Auto-approved: No (approved by ${name})`,
    ],
    ["Changes:", ...changes.map((change) => `- ${oneLine(change, 200)}`)],
    notes === "" ? [] : ["Implementation notes:", notes],
    trailers(improvement, {
      "Policy-Decision": automatic ? "auto" : `human:${name}`,
      "Change-Set": oneLine(changeSet, 64),
    }),
  );
}

/** The message of the commit that takes `commit` back. `reason`: what failed, or who asked for it and why. */
export function rollbackMessage(
  improvement: Described,
  { commit, reason }: { commit: string; reason: string },
): string {
  return paragraphs(
    subject("Rollback", improvement.title),
    [`Source: ${describeSource(improvement)}`, `Category: ${oneLine(improvement.category, 40)}`],
    ["Reason:", untrusted(reason, NOTES_MAX) || "not given"],
    trailers(improvement, { Reverts: oneLine(commit, 64) }),
  );
}

/** The trailers of a message written here, by name. */
export function trailersOf(message: string): ReadonlyMap<string, string> {
  const last =
    message
      .trimEnd()
      .split(/\n{2,}/)
      .at(-1) ?? "";
  const found = new Map<string, string>();
  for (const line of last.split("\n")) {
    const [, name, value] = /^([A-Za-z-]+): (.*)$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined) found.set(name, value);
  }
  return found;
}

/**
 * One visible line: control, zero-width and bidirectional characters and anything that is not a character are removed,
 * white space is collapsed; at most `max` characters.
 */
export function oneLine(text: string, max: number): string {
  const clean = text
    .toWellFormed()
    .replace(/[\p{Cf}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}]/gu, "")
    .normalize("NFC")
    .replace(/[\p{Cc}\p{Z}\s]+/gu, " ")
    .trim();
  const characters = [...clean];
  return characters.length <= max
    ? clean
    : `${characters
        .slice(0, max - 1)
        .join("")
        .trimEnd()}…`;
}

/** One line that also notifies nobody, closes no ticket, skips no check and is no heading or divider. */
export function untrusted(text: string, max: number): string {
  const quiet = text
    .replace(/(^|[^\p{L}\p{N}])@(?=[\p{L}\p{N}])/gu, "$1@ ")
    .replace(/#(?=\d)/g, "# ")
    .replace(/\bGH-(?=\d)/gi, "GH ")
    .replaceAll("[", "(")
    .replaceAll("]", ")")
    .replaceAll("***", "");
  return oneLine(quiet, max).replace(/^[#\-\s]+/, "");
}

function subject(verb: string, title: string): string[] {
  const room = SUBJECT_MAX - verb.length - 2;
  return [`${verb}: ${untrusted(title, room) || "untitled improvement"}`];
}

function describeSource({ source_title, source_id, video_id }: Described): string {
  const title = untrusted(source_title, 200) || untrusted(source_id, 200) || "unknown";
  return video_id === undefined ? title : `YouTube video ${untrusted(video_id, 100) || "unknown"} - ${title}`;
}

function approver(actor: string): { automatic: boolean; name: string } {
  const automatic = actor.startsWith("rule:");
  return { automatic, name: oneLine(actor.replace(/^(rule|person):/, ""), 80) || "unknown" };
}

function trailers({ id, source_id, source_url }: Described, more: Readonly<Record<string, string>>): string[] {
  const all = {
    "Improvement-Id": oneLine(id, 64) || "unknown",
    "Improvement-Source": oneLine(source_url ?? source_id, 300) || "unknown",
    ...more,
    "Co-Authored-By": CO_AUTHOR,
  };
  return Object.entries(all).map(([name, value]) => `${name}: ${value}`);
}

function paragraphs(...parts: readonly (readonly string[])[]): string {
  const filled = parts.filter((lines) => lines.length > 0);
  return `${filled.map((lines) => lines.join("\n")).join("\n\n")}\n`;
}
