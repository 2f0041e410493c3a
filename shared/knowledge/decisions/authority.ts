/** How much weight a statement has: the decision itself, a rule, plain words, or nothing that decides. */
import { ANNOUNCES, type Statement } from "./statements.ts";

export type Authority = "decision" | "rule" | "plain" | "none";

const PATH = /(?:^|\/)(?:adrs?|decisions?|decision-(?:log|records?)|architecture-decisions?|rfcs?)(?:\/|[-_.\d])/iu;
const DECIDES =
  /^(?:\d+(?:\.\d+)*\.?\s+)?(?:the |our |what we |key |main |architecture |architectural |design |technical )*(?:decisions?\b|decision outcome|outcome|resolution|choice|chose\b|chosen|we decided)/iu;
const RULES =
  /\b(?:standards?|conventions?|polic(?:y|ies)|rules?|principles|guard ?rails|requirements|constraints|agreements|must|mandatory|house rules|do'?s and don'?ts|non-negotiables?|golden path)\b/iu;
const DECIDES_NOTHING =
  /^(?:\d+(?:\.\d+)*\.?\s+)?(?:context|background|problem|motivation|considered|alternatives?|options?|pros|cons|consequences?|positive|negative|neutral|history|examples?|references?|links|see also|related|changelog|notes?|more information|lessons?|status|deciders|open questions?|questions?|todo|next steps|roadmap|future|timeline|metrics|tests?|testing|troubleshooting|symptoms?|root cause|incident|faq|glossary|validation|confirmation|drivers|decision drivers)\b/iu;
/** Documents that tell what happened: their prose is a report, and only their decisions count. */
const REPORTS =
  /\b(?:status|progress|report|summary|journey|post-?mortem|retrospective|incident|change ?log|release notes|meeting|minutes|session|accomplished|deployed|completed?|achieve\w+|milestones?|results?|commits|timeline|learnings|investigation|error|examples?|demo|roadmap|future|ideas?|proposal|plan|phase \d|week \d|success (?:metrics|criteria)|expected outcomes?)\b/iu;
const Y_STATEMENT = /\bin the context of\b[\s\S]{1,600}\b(?:decided|chose)\b/iu;

/** A document that records decisions: by its folder or name, its own sections, or the way it is put. */
export function isDecisionRecord(path: string, text: string): boolean {
  if (PATH.test(path)) return true;
  const head = text.slice(0, 20_000);
  if (/^#{1,3}\s+(?:\d+\.\s+)?(?:ADR\b|Architecture decision)/imu.test(head)) return true;
  return (
    /^#{2,3}\s+(?:decision|decision outcome)\s*$/imu.test(head) &&
    /^#{2,3}\s+(?:context|status|considered options|consequences)/imu.test(head)
  );
}

export function authorityOf({ headings, form, text, under = [] }: Statement, isRecord: boolean): Authority {
  if (under.some((one) => ANNOUNCES.test(one))) return "decision";
  const inner = headings.slice(isRecord ? 1 : 0);
  if (form === "row")
    return headings.some((heading) => RULES.test(heading) || DECIDES.test(heading)) ? "decision" : "plain";
  if (Y_STATEMENT.test(text)) return "decision";
  const deciding = inner.some((heading) => DECIDES.test(heading) && !/drivers/iu.test(heading));
  const idle = headings.slice(1).findLast((heading) => DECIDES_NOTHING.test(heading)) !== undefined;
  const last = inner.at(-1);
  if (idle && !(deciding && last !== undefined && DECIDES.test(last))) return "none";
  if (isRecord) return deciding || inner.length === 0 ? "decision" : "plain";
  if (deciding && last !== undefined) return "decision";
  if (headings.some((heading) => REPORTS.test(heading))) return "none";
  return headings.some((heading) => RULES.test(heading)) ? "rule" : "plain";
}
