/** From what is due on a channel to its messages: a storm is one message, and an improvement's events are one, too. */
import { createHash } from "node:crypto";
import { matters, type Notification, type Told } from "../../shared/domain/notification.ts";
import type { Channel, Due, Message } from "../../shared/notify-ports.ts";

/** In a channel with threads each of so many keeps its own message. */
const MOST_APART = 3;
type Place = Pick<Channel, "kind" | "threads">;
const MOST_LISTED = 10;

const MANY: Readonly<Record<Told, string>> = {
  implementation: "improvements are committed and on their way into the cluster",
  pending_review: "improvements wait for your decision",
  conflicts: "improvements conflict with what exists",
  verified: "improvements are live and verified",
  rolling_back: "improvements are being taken back",
  failed: "improvements failed and were rolled back or closed",
  held: "improvements are live but undecided",
  rollback_blocked: "improvements could not be rolled back",
  dead: "improvements stopped after their last attempt",
  breaker: "times the circuit breaker opened: nothing is approved automatically",
  anomaly: "times the stages did not behave as usual, or do again",
  router: "changes of the router",
  retrain: "trainings of the router asked for",
  test: "tests of the school's notifications",
};

/** The most urgent first, then the oldest. */
export function messagesOf(due: readonly Due[], place: Place): Message[] {
  const gone = Map.groupBy(due, ({ went }) => went);
  const fresh = gone.get(undefined) ?? [];
  gone.delete(undefined);
  const messages = [...[...gone].map(([id, all]) => asItWent(id as string, all)), ...composed(fresh, place)];
  return messages.sort((a, b) => (a.severity === b.severity ? 0 : matters(a.severity, b.severity) ? -1 : 1));
}

/** Whoever has it already may know it by its id, so nothing is added to it and nothing of it goes in another. */
function asItWent(id: string, all: readonly Due[]): Message {
  const units = perImprovement(all);
  const [only] = units;
  return { ...(units.length === 1 && only !== undefined ? single(only) : storm(units)), id };
}

function composed(due: readonly Due[], place: Place): Message[] {
  const units = perImprovement(due);
  const kinds = new Map<string, Due[][]>();
  for (const unit of units) {
    const { lane, notification } = last(unit);
    const key = `${lane} ${notification.event}`;
    kinds.set(key, [...(kinds.get(key) ?? []), unit]);
  }
  return [...kinds.values()].flatMap((of) => {
    return of.length > mostApart(of, place) ? [storm(of)] : of.map(single);
  });
}

function mostApart([first]: readonly Due[][], { kind, threads }: Place): number {
  // A status belongs to its own commit, and nobody is woken by it.
  if (kind === "github") return Number.POSITIVE_INFINITY;
  return threads && first?.[0]?.notification.subject !== undefined ? MOST_APART : 1;
}

/** Events of one improvement in one lane belong together; the breaker is nobody's. */
function perImprovement(due: readonly Due[]): Due[][] {
  const units = new Map<string, Due[]>();
  for (const one of due) {
    const { subject, id, event } = one.notification;
    const key = subject === undefined || event === "breaker" ? `event ${id}` : `of ${one.lane} ${subject.id}`;
    units.set(key, [...(units.get(key) ?? []), one]);
  }
  return [...units.values()];
}

/** The newest state, and what came before it. */
function single(unit: Due[]): Message {
  const { notification: newest } = last(unit);
  const before = unit.slice(0, -1).map(({ notification }) => `Before: ${notification.headline}`);
  return {
    ...common(unit),
    headline: newest.headline,
    lines: [...newest.lines, ...before],
    ...(newest.link === undefined ? {} : { link: newest.link }),
    ...(newest.subject === undefined || newest.event === "breaker" ? {} : { thread: newest.subject.id }),
  };
}

function storm(units: Due[][]): Message {
  const all = units.flat();
  const newest = units.map((unit) => last(unit).notification);
  const [first] = newest;
  const urgent = common(all).severity === "page" ? "Needs you now: " : "";
  const listed = newest.slice(0, MOST_LISTED).map(({ headline, lines }) => {
    const why = lines.find((line) => /^(Why|Reason for Rollback|Conflict)/.test(line));
    return `• ${headline.replace(/^Needs you now: /, "")}${why === undefined ? "" : `. ${why}`}`;
  });
  const more = newest.length - listed.length;
  const link = listLink(first);
  return {
    ...common(all),
    headline: `${urgent}${newest.length} ${MANY[first?.event ?? "test"]}`,
    lines: more > 0 ? [...listed, `and ${more} more`] : listed,
    ...(link === undefined ? {} : { link }),
  };
}

/** The list of those that stand there, beside the one of which the link is known. */
function listLink(first: Notification | undefined): string | undefined {
  const [, base] = /^(https?:\/\/.+)\/improvements\/[^/]+$/.exec(first?.link ?? "") ?? [];
  if (base === undefined) return first?.link;
  if (first?.event === "dead") return `${base}/dead-letters`;
  return first?.event === "pending_review" ? `${base}/review` : `${base}/improvements?status=${first?.event}`;
}

function common(due: readonly Due[]): Pick<Message, "id" | "event" | "severity" | "notifications" | "again"> {
  const notifications = due.map(({ notification }) => notification);
  const ids = notifications.map(({ id }) => id);
  const [only = ""] = ids;
  return {
    id: ids.length === 1 ? only : createHash("sha256").update(ids.join("\n")).digest("hex").slice(0, 32),
    event: last(due).notification.event,
    severity: notifications.map(({ severity }) => severity).reduce((a, b) => (matters(a, b) ? a : b)),
    notifications,
    again: due.some(({ again }) => again),
  };
}

/** Of lists that are never empty. */
function last<T>(list: readonly T[]): T {
  return list.at(-1) as T;
}
