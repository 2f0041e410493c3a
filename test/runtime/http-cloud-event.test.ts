/** CloudEvents over HTTP as senders really write them, and what they get wrong. */
import { CloudEvent, HTTP } from "cloudevents";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readEvent } from "../../shared/runtime/http/cloud-event.ts";

const type = "ai.cortex.school.improvement.raw";
const envelope = { specversion: "1.0", id: "e-1", source: "/tests", type };
const data = { id: "a" };
const STRUCTURED = { "content-type": "application/cloudevents+json" };
const BINARY = {
  "content-type": "application/json",
  "ce-specversion": "1.0",
  "ce-id": "e-1",
  "ce-source": "/tests",
  "ce-type": type,
};
const read = (headers: Record<string, string>, body: string | Uint8Array) =>
  readEvent({ headers, body: typeof body === "string" ? Buffer.from(body) : body });

describe("an event of the CloudEvents SDK", () => {
  const event = new CloudEvent({ ...envelope, subject: "a", data, tenant: "platform" });

  test("in structured mode is taken as the very text it is", () => {
    const { headers, body } = HTTP.structured(event);
    const received = read(headers as Record<string, string>, body as string);
    expect(received).toMatchObject({ raw: body, event: { ...envelope, subject: "a", data } });
  });

  test("in binary mode becomes the same event in structured form", () => {
    const { headers, body } = HTTP.binary(event);
    const received = read(headers as Record<string, string>, body as string);
    expect(received).toMatchObject({ event: { ...envelope, subject: "a", data } });
    const raw = JSON.parse((received as { raw: string }).raw) as Record<string, unknown>;
    expect(raw).toEqual({ ...JSON.parse(event.toString()), datacontenttype: "application/json" });
  });
});

describe("is understood", () => {
  test.each<[name: string, headers: Record<string, string>, body: string, event: object]>([
    [
      "a structured event with a charset and in another case",
      { "content-type": "Application/CloudEvents+JSON; charset=UTF-8" },
      JSON.stringify({ ...envelope, data }),
      { id: "e-1", data },
    ],
    [
      "a structured event that calls itself plain JSON",
      { "content-type": "application/json" },
      JSON.stringify({ ...envelope, data }),
      { id: "e-1", data },
    ],
    ["a byte order mark", STRUCTURED, `\uFEFF${JSON.stringify({ ...envelope, data })}`, { data }],
    [
      "data in base64",
      STRUCTURED,
      JSON.stringify({ ...envelope, data_base64: Buffer.from(JSON.stringify(data)).toString("base64") }),
      { data },
    ],
    [
      "percent-encoded headers",
      { ...BINARY, "ce-subject": "Euro%20%E2%82%AC%20%F0%9F%98%80", "ce-id": "50%" },
      JSON.stringify(data),
      { subject: "Euro € 😀", id: "50%" },
    ],
    [
      "quoted headers",
      { ...BINARY, "ce-subject": '"say \\"hello\\""' },
      JSON.stringify(data),
      { subject: 'say "hello"' },
    ],
    ["binary mode without a content type", { ...BINARY, "content-type": "" }, JSON.stringify(data), { data }],
    [
      "data of a JSON dialect",
      { ...BINARY, "content-type": "application/vnd.cortex+json" },
      JSON.stringify(data),
      { data },
    ],
    [
      "a time with an offset",
      { ...BINARY, "ce-time": "2026-03-01T10:00:00.123+02:00" },
      JSON.stringify(data),
      { time: "2026-03-01T10:00:00.123+02:00" },
    ],
  ])("%s", (_name, headers, body, event) => {
    const received = read(headers, body);
    expect(received).not.toHaveProperty("problems");
    expect(received).toMatchObject({ event });
  });
});

describe("is refused, with every problem named", () => {
  const without = (name: string) => Object.fromEntries(Object.entries(BINARY).filter(([header]) => header !== name));
  test.each<[name: string, headers: Record<string, string>, body: string | Uint8Array, status: number, says: RegExp[]]>(
    [
      [
        "JSON that is no event",
        { "content-type": "application/json" },
        '{"hello":1}',
        400,
        [/specversion/, /id/, /source/, /type/],
      ],
      ["an event of 0.3", { ...BINARY, "ce-specversion": "0.3" }, JSON.stringify(data), 400, [/specversion/]],
      ["an event of 9.9", STRUCTURED, JSON.stringify({ ...envelope, specversion: "9.9", data }), 400, [/specversion/]],
      ["no id", without("ce-id"), JSON.stringify(data), 400, [/ id/]],
      ["no source", without("ce-source"), JSON.stringify(data), 400, [/source/]],
      ["no type", without("ce-type"), JSON.stringify(data), 400, [/type/]],
      ["an empty id", { ...BINARY, "ce-id": "" }, JSON.stringify(data), 400, [/id/]],
      [
        "an unknown type",
        { ...BINARY, "ce-type": "boson.fn" },
        '{"message":"Hello World"}',
        400,
        [/unknown event type boson\.fn/],
      ],
      ["data that does not fit", BINARY, '{"id":"a:b"}', 400, [/letters, digits/]],
      ["no data", BINARY, "", 400, [/data/]],
      ["half of its data", BINARY, '{"id":', 400, [/the data is not JSON/]],
      ["text for data, which some take for a string", BINARY, "hello", 400, [/the data is not JSON/]],
      ["half of an event", STRUCTURED, '{"specversion":', 400, [/not JSON/]],
      ["an empty body", STRUCTURED, "", 400, [/empty/]],
      ["a list of events", STRUCTURED, JSON.stringify([{ ...envelope, data }]), 400, [/not a CloudEvent/]],
      ["null", STRUCTURED, "null", 400, [/not a CloudEvent/]],
      ["bytes that are not UTF-8", STRUCTURED, Uint8Array.of(0x7b, 0xff, 0xfe, 0x7d), 400, [/UTF-8/]],
      ["data that is not UTF-8", BINARY, Uint8Array.of(0x7b, 0xff, 0xfe, 0x7d), 400, [/UTF-8/]],
      ["a header that is not UTF-8", { ...BINARY, "ce-subject": "%ff%fe" }, JSON.stringify(data), 400, [/ce-subject/]],
      [
        "an attribute with an impossible name",
        { ...BINARY, "ce-my_tenant": "x" },
        JSON.stringify(data),
        400,
        [/ce-my_tenant/],
      ],
      ["data in a header", { ...BINARY, "ce-data": "x" }, JSON.stringify(data), 400, [/ce-data/]],
      [
        "several things at once",
        { ...BINARY, "ce-data": "x", "ce-subject": "%ff" },
        "{",
        400,
        [/ce-data/, /ce-subject/, /not JSON/],
      ],
      [
        "a time that is none",
        { ...BINARY, "ce-time": "yesterday" },
        JSON.stringify(data),
        400,
        [/yesterday.*RFC 3339/],
      ],
      [
        "a time that no calendar has",
        { ...BINARY, "ce-time": "2026-13-01T10:00:00Z" },
        JSON.stringify(data),
        400,
        [/RFC 3339/],
      ],
      ["a batch", { "content-type": "application/cloudevents-batch+json" }, "[]", 415, [/one event per request/]],
      ["an Avro event", { "content-type": "application/cloudevents+avro" }, "x", 415, [/avro/]],
      ["a picture", { "content-type": "image/png" }, "x", 415, [/image\/png/, /cloudevents\+json/]],
      [
        "nothing that says what it is",
        {},
        "x",
        400,
        [/neither headers of an event nor a media type/, /cloudevents\+json/],
      ],
      ["data that is no JSON by its own word", { ...BINARY, "content-type": "text/xml" }, "<a/>", 415, [/text\/xml/]],
      ["another charset", { "content-type": "application/cloudevents+json; charset=utf-16" }, "x", 415, [/utf-16/]],
    ],
  )("%s", (_name, headers, body, status, says) => {
    const received = read(headers, body);
    if (!("problems" in received)) throw new Error("it was taken");
    expect(received.status).toBe(status);
    for (const part of says) expect(received.problems.join("; ")).toMatch(part);
  });
});

test("whatever comes is either an event or a list of problems; nothing throws", () => {
  const header = fc.constantFrom("content-type", "ce-id", "ce-type", "ce-time", "ce-specversion", "ce-x y", "ce-");
  const value = fc.oneof(fc.string(), fc.constantFrom("1.0", type, "application/json", "application/cloudevents+json"));
  fc.assert(
    fc.property(fc.dictionary(header, value), fc.uint8Array({ maxLength: 80 }), (headers, body) => {
      const received = read(headers, body);
      if ("problems" in received) expect(received.problems.length).toBeGreaterThan(0);
      else expect(received.event.specversion).toBe("1.0");
    }),
  );
});
