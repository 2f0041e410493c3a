/** From what notify hears to what it tells: one notification, the same for every channel. */
import { createHash } from "node:crypto";
import type { Notice } from "../../shared/domain/events.ts";
import type { Improvement } from "../../shared/domain/improvement.ts";
import { type Notification, type Subject, TOLD, type Told } from "../../shared/domain/notification.ts";
import { traceIdFrom, traceIdOf, traceOf } from "../../shared/domain/trace-context.ts";
import type { InputOf, Reached } from "../../shared/runtime/stage.ts";
import { line } from "./line.ts";
import { wordsFor } from "./message.ts";
import { noticeWords } from "./notice-message.ts";

/** `at`: ISO 8601. `publicUrl`: where people find the dashboard, without a slash at its end. */
export function notificationOf(input: InputOf<"notify">, at: string, publicUrl?: string): Notification {
  const link = (path: string) => (publicUrl === undefined ? {} : { link: `${publicUrl}${path}` });
  if ("notice" in input) {
    const { notice } = input;
    const event: Told = notice.about in TOLD ? notice.about : "test";
    const id = input.event ?? digest(JSON.stringify(notice), at);
    return {
      id,
      event,
      at,
      trace: traceIdFrom(id),
      ...noticeWords(notice),
      ...severityOf(event, notice),
      ...link(NOTICED[notice.about] ?? "/"),
    };
  }
  const { improvement, reached } = input;
  const isBreaker = tellsOfBreaker(input);
  const event: Told = isBreaker ? "breaker" : reached in TOLD ? (reached as Told) : "dead";
  const { breaker_opened: _, ...apart } = improvement;
  const trace = traceOf(improvement);
  return {
    id: input.event ?? digest(improvement.id, event, improvement.updated_at),
    event,
    severity: TOLD[event],
    at,
    trace: trace === undefined ? traceIdFrom(input.event, improvement.id) : traceIdOf(trace),
    ...wordsFor(isBreaker ? improvement : apart, reached),
    ...link(isBreaker ? "/settings" : `/improvements/${encodeURIComponent(improvement.id)}`),
    subject: subjectOf(improvement),
  };
}

/** The breaker is told of by an event of its own, beside that of the rollback which was one too many. */
function tellsOfBreaker({ improvement, reached, event }: Reached): boolean {
  if (reached !== "rolling_back" || improvement.breaker_opened === undefined) return false;
  return event === undefined || event.includes(":breaker:");
}

const NOTICED: Readonly<Record<string, string>> = { router: "/router", retrain: "/router" };

/** That something is over needs nobody; a test is for the channel that is tried. */
function severityOf(event: Told, { facts }: Notice): Pick<Notification, "severity" | "only"> {
  const severity = facts["what"] === "over" ? "info" : TOLD[event];
  const { channel } = facts;
  return event === "test" && typeof channel === "string" && channel !== "" ? { severity, only: channel } : { severity };
}

function subjectOf({ id, title, category, change_set: set, git_commit: commit, request }: Improvement): Subject {
  return {
    id,
    title: line(title),
    category,
    ...(set === undefined ? {} : { application: set.application }),
    ...(commit === undefined ? {} : { commit }),
    ...(request === undefined ? {} : { request: { number: request.number } }),
  };
}

function digest(...parts: readonly string[]): string {
  return createHash("sha256").update(parts.join("\n")).digest("hex").slice(0, 32);
}
