/** The trace of what is posted: the event's own, else the request's; what cannot be read is passed over. */
import { expect, test } from "vitest";
import { readEvent } from "../../shared/runtime/http/cloud-event.ts";

const ONE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
const OTHER = "00-1af7651916cd43dd8448eb211c80319c-c7ad6b7169203331-00";
const event = {
  specversion: "1.0",
  id: "1",
  source: "/t",
  type: "ai.cortex.school.improvement.raw",
  data: { id: "a" },
};

function structured(extra: object, headers: Record<string, string> = {}) {
  const body = Buffer.from(JSON.stringify({ ...event, ...extra }));
  return readEvent({ headers: { "content-type": "application/cloudevents+json", ...headers }, body });
}
function binary(headers: Record<string, string>) {
  const ce = { "ce-specversion": "1.0", "ce-id": "1", "ce-source": "/t", "ce-type": event.type };
  const body = Buffer.from(JSON.stringify(event.data));
  return readEvent({ headers: { "content-type": "application/json", ...ce, ...headers }, body });
}

const cases: readonly [string, ReturnType<typeof readEvent>, string | undefined, string | undefined][] = [
  ["none", structured({}), undefined, undefined],
  ["the event's", structured({ traceparent: ONE, tracestate: "a=1" }), ONE, "a=1"],
  ["the request's", structured({}, { traceparent: ONE, tracestate: "a=1" }), ONE, "a=1"],
  [
    "the event's before the request's",
    structured({ traceparent: ONE }, { traceparent: OTHER, tracestate: "b=2" }),
    ONE,
    undefined,
  ],
  [
    "the request's where the event's is no trace",
    structured({ traceparent: "x" }, { traceparent: OTHER }),
    OTHER,
    undefined,
  ],
  ["an attribute in binary mode", binary({ "ce-traceparent": ONE }), ONE, undefined],
  ["the request's in binary mode", binary({ traceparent: ONE }), ONE, undefined],
  ["a request's that is no trace", binary({ traceparent: "00-0-0-0" }), undefined, undefined],
  ["all zeros", structured({}, { traceparent: `00-${"0".repeat(32)}-${"0".repeat(16)}-01` }), undefined, undefined],
];

test.each(cases)("%s", (_what, received, traceparent, tracestate) => {
  if ("problems" in received) throw new Error(received.problems.join("; "));
  expect(received.event.traceparent).toBe(traceparent);
  expect(received.event.tracestate).toBe(tracestate);
  // What lists carry says the same, once it is read there.
  const { traceparent: carried } = JSON.parse(received.raw) as { traceparent?: string };
  if (traceparent !== undefined) expect(carried).toBe(traceparent);
});
