/** What a span says of the work it stands for. No text of the improvement itself: that is in its record. */
import { type Span, SpanStatusCode } from "@opentelemetry/api";
import type { AnyOutcome } from "../outcome.ts";
import { conceal } from "../secrets.ts";
import type { Handling } from "./open.ts";

const MOST_TEXT = 500;

export function describeHandling(span: Span, stage: string, { event, improvement, attempt, now }: Handling): void {
  span.setAttributes({
    "messaging.system": "redis",
    "messaging.operation.type": "process",
    "messaging.destination.name": `queue:${stage}`,
    "messaging.message.id": event.id,
    "cloudevents.event_type": event.type,
    "cortex.stage": stage,
    "cortex.attempt": attempt,
  });
  if (improvement === undefined) return;
  span.setAttributes({ "cortex.improvement.id": improvement.id, "cortex.status.from": improvement.status });
  // Nobody has looked at it since it came here: later looks are timers, whose time says nothing of a queue.
  const isFirst = attempt === 1 && event.time !== undefined && event.time === improvement.updated_at;
  if (isFirst) span.setAttribute("cortex.queue_delay_ms", Math.max(0, Math.round(now - Date.parse(event.time))));
}

export function endWith(
  span: Span,
  end: { readonly outcome: AnyOutcome } | { readonly error: unknown; readonly fate: string },
): void {
  if ("outcome" in end) {
    const { outcome } = end;
    span.setAttributes({
      "cortex.outcome": outcome.kind,
      "cortex.because": conceal(outcome.because).slice(0, MOST_TEXT),
    });
    if ("to" in outcome) span.setAttribute("cortex.status.to", outcome.to);
  } else {
    const { error, fate } = end;
    const message = conceal(error instanceof Error ? error.message : String(error)).slice(0, MOST_TEXT);
    span.setAttribute("cortex.fate", fate);
    if (error instanceof Error) span.setAttribute("error.type", error.name);
    span.setStatus({ code: SpanStatusCode.ERROR, message });
  }
  span.end();
}
