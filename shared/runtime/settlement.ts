/** From what a handler answered, or threw, to the one settlement that ends its lease. */
import type { SourceData } from "../domain/events.ts";
import type { Corroboration, Improvement } from "../domain/improvement.ts";
import { mayMove } from "../domain/lifecycle.ts";
import { NewerSchema } from "../domain/schema/chain.ts";
import { isCutOff, isPassingRefusal } from "../pipeline/refusal.ts";
import { NEWER_MS } from "../pipeline/scripts/claim.ts";
import type { Settlement } from "../pipeline/stage-queue.ts";
import { countsOfMove } from "./counted.ts";
import { PermanentError, RetryLater } from "./errors.ts";
import type { AnyOutcome, SourceListed } from "./outcome.ts";

/** Throws when the outcome does not fit the improvement's status; the script would refuse it anyway. */
export function settlementFor(token: string, outcome: AnyOutcome, improvement: Improvement | undefined): Settlement {
  switch (outcome.kind) {
    case "observed":
      return { kind: "done", token };
    case "source-known":
      return { kind: "known", token, because: outcome.because, ...watchOf(outcome) };
    case "source-listed":
      return listed(token, outcome);
    case "go-on":
      return { kind: "later", token, delayMs: outcome.afterMs };
    case "source-read": {
      const { source, proposals, because, corroborates = [] } = outcome;
      const state = proposals.length + corroborates.length > 0 ? "read" : "nothing_found";
      return {
        kind: "source",
        token,
        id: source.id,
        state,
        fields: sourceFields(source, because),
        proposals,
        ...watchOf(source),
        corroborates: corroborates.map((one) => ({ ...one, because: saysTheSame(one.by) })),
      };
    }
    case "source-failed":
      return {
        kind: "source",
        token,
        id: outcome.source.id,
        state: "failed",
        fields: sourceFields(outcome.source, outcome.because),
        proposals: [],
        ...watchOf(outcome.source),
      };
    case "move": {
      const stood = existing(improvement);
      const { id, status: from } = stood;
      const { to, patch, because, evidence } = outcome;
      const target = to as Improvement["status"];
      if (!mayMove(from, target, "stage"))
        throw new PermanentError(`the handler moved ${from} to ${to}, which the lifecycle forbids`);
      return {
        kind: "move",
        token,
        id,
        from,
        to: target,
        because,
        patch,
        counts: countsOfMove(stood, target, patch),
        ...(evidence === undefined ? {} : { evidence }),
      };
    }
    case "again": {
      const { id, status: from } = existing(improvement);
      return { kind: "again", token, id, from, delayMs: outcome.afterMs, patch: outcome.patch };
    }
    case "behind-lock": {
      const { id, status: from } = existing(improvement);
      return { kind: "behind", token, id, from, lock: outcome.lock };
    }
  }
}

/** Back-off with full jitter, 2 s doubling up to two minutes, so that many retries do not meet. */
export function settlementForError(token: string, error: unknown, attempt: number, random = Math.random): Settlement {
  const reason = error instanceof Error ? error.message : String(error);
  if (error instanceof PermanentError) return { kind: "dead", token, reason };
  if (error instanceof NewerSchema) return { kind: "retry", token, delayMs: NEWER_MS, counts: false, reason };
  if (error instanceof RetryLater) return { kind: "retry", token, delayMs: error.afterMs, counts: !error.free, reason };
  const ceiling = Math.min(120_000, 2_000 * 2 ** (attempt - 1));
  // Redis itself refuses, or went in the middle of an answer: no work may be given up for that.
  const counts = !isPassingRefusal(error) && !isCutOff(error);
  return { kind: "retry", token, delayMs: Math.round(random() * ceiling), counts, reason };
}

function existing(improvement: Improvement | undefined): Improvement {
  if (improvement === undefined)
    throw new PermanentError("the handler moved an improvement, but its event carries none");
  return improvement;
}

/** Every entry with the event that has it read; its id is what makes that happen once. */
function listed(token: string, { source, entries, validators, dailyLimit, because }: SourceListed): Settlement {
  return {
    kind: "listed",
    token,
    id: source.id,
    ...watchOf(source),
    dailyLimit,
    validators,
    because,
    fields: { title: source.title, address: source.address },
    entries: entries.map(({ id, ...entry }) => ({
      id,
      title: entry.title ?? entry.address ?? id,
      address: entry.address ?? "",
      data: JSON.stringify({ source: { ...entry, listed_by: source.id } satisfies SourceData["source"] }),
    })),
  };
}

function watchOf({ watch }: { watch?: string }): { watch?: string } {
  return watch === undefined ? {} : { watch };
}

function saysTheSame({ source_title: title, quote }: Corroboration): string {
  return `another source says the same: ${title}${quote.at === undefined ? "" : ` at ${quote.at}`}`;
}

function sourceFields(
  source: { id: string; title: string; address?: string; contentHash?: string },
  because: string,
): Record<string, string> {
  const { title, address, contentHash } = source;
  return {
    title,
    because,
    ...(address === undefined ? {} : { address }),
    ...(contentHash === undefined ? {} : { content_hash: contentHash }),
  };
}
