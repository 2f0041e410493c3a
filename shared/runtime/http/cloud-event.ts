/**
 * CloudEvents over HTTP (HTTP protocol binding 1.0.2), structured and binary. Read here rather than by the SDK's
 * HTTP.toEvent: that takes text for JSON, replaces a time it cannot read by now, and checks no envelope.
 */
import type { IncomingHttpHeaders } from "node:http";
import { parseEvent, type SchoolEvent } from "../../domain/events.ts";
import { traceOf } from "../../domain/trace-context.ts";

/** As it arrived; header names in lower case. */
export interface HttpMessage {
  readonly headers: IncomingHttpHeaders;
  readonly body: Uint8Array;
}

export interface ReceivedEvent {
  readonly event: SchoolEvent;
  /** The event in structured form, as lists carry it: the very text that was sent, unless it came otherwise. */
  readonly raw: string;
}

/** One sentence per thing that is wrong. */
export interface UnreadableEvent {
  readonly status: 400 | 415;
  readonly problems: readonly string[];
}

const STRUCTURED = "application/cloudevents+json";
const HOW =
  `send one structured CloudEvent with \`Content-Type: ${STRUCTURED}\`, or one in binary mode: ` +
  "ce-specversion, ce-id, ce-source and ce-type as headers, the data as `Content-Type: application/json`";

export function readEvent(message: HttpMessage): ReceivedEvent | UnreadableEvent {
  const received = readMessage(message);
  return "problems" in received ? received : inTraceOf(message.headers, received);
}

/** The request's own trace is the event's, where the event brings none. */
function inTraceOf(headers: IncomingHttpHeaders, { event, raw }: ReceivedEvent): ReceivedEvent {
  const trace = traceOf(event) === undefined ? traceOf(headers) : undefined;
  if (trace === undefined) return { event, raw };
  return { event: { ...event, ...trace }, raw: JSON.stringify({ ...(JSON.parse(raw) as object), ...trace }) };
}

function readMessage({ headers, body }: HttpMessage): ReceivedEvent | UnreadableEvent {
  const { type, charset } = mediaType(headers["content-type"]);
  const binary = Object.keys(headers).some((name) => name.startsWith("ce-"));
  if (type.startsWith("application/cloudevents-batch"))
    return unsupported("a batch of CloudEvents: send one event per request");
  if (charset !== "utf-8" && charset !== "us-ascii") return unsupported(`charset ${charset}: send UTF-8`);
  if (type.startsWith("application/cloudevents")) {
    return type === STRUCTURED ? structured(body) : unsupported(`${type} is not understood here; ${HOW}`);
  }
  if (binary && (type === "" || isJson(type))) return binaryMode(headers, type, body);
  if (binary) return unsupported(`data of ${type}: all events of the school carry application/json`);
  if (type === "") return unreadable(`neither headers of an event nor a media type; ${HOW}`);
  return isJson(type) ? structured(body) : unsupported(`${type}: ${HOW}`);
}

function structured(body: Uint8Array): ReceivedEvent | UnreadableEvent {
  const text = decoded(body);
  if (text === undefined) return unreadable("the body is not UTF-8");
  if (text.trim() === "") return unreadable(`the body is empty; ${HOW}`);
  return checked(text.includes('"data_base64"') ? withPlainData(text) : text);
}

/** `data_base64` is how the JSON format carries bytes; bytes that are JSON become the data they are. */
function withPlainData(text: string): string {
  try {
    const { data_base64: encoded, ...rest } = JSON.parse(text) as Record<string, unknown>;
    if (typeof encoded !== "string" || rest["data"] !== undefined) return text;
    return JSON.stringify({ ...rest, data: JSON.parse(Buffer.from(encoded, "base64").toString("utf8")) as unknown });
  } catch {
    // What is wrong with it is told by the check of the text itself.
    return text;
  }
}

function binaryMode(headers: IncomingHttpHeaders, type: string, body: Uint8Array): ReceivedEvent | UnreadableEvent {
  const attributes: Record<string, unknown> = {};
  const problems: string[] = [];
  for (const [header, value] of Object.entries(headers)) {
    if (!header.startsWith("ce-") || typeof value !== "string") continue;
    const name = header.slice("ce-".length);
    const text = unescaped(value);
    if (!/^[a-z0-9]+$/.test(name) || name === "data") problems.push(`header ${header}: no name of an attribute`);
    else if (text === undefined) problems.push(`header ${header}: its percent-encoding is not UTF-8`);
    else attributes[name] = text;
  }
  const text = decoded(body);
  if (text === undefined) problems.push("the data is not UTF-8");
  let data: unknown;
  try {
    if (text !== undefined && text.trim() !== "") data = JSON.parse(text);
  } catch (error) {
    problems.push(`the data is not JSON: ${(error as Error).message}`);
  }
  if (problems.length > 0) return { status: 400, problems };
  return checked(JSON.stringify({ ...attributes, datacontenttype: type === "" ? "application/json" : type, data }));
}

function checked(raw: string): ReceivedEvent | UnreadableEvent {
  const parsed = parseEvent(raw);
  if ("problems" in parsed) return { status: 400, problems: parsed.problems };
  const { time } = parsed.event;
  if (time !== undefined && !isTimestamp(time))
    return unreadable(`time: ${time.slice(0, 60)} is no RFC 3339 timestamp`);
  return { event: parsed.event, raw };
}

function isTimestamp(time: string): boolean {
  return /^\d{4}-\d\d-\d\dt\d\d:\d\d:\d\d(\.\d+)?(z|[+-]\d\d:\d\d)$/i.test(time) && !Number.isNaN(Date.parse(time));
}

/** Header values: percent-encoded UTF-8, possibly inside double quotes (HTTP protocol binding, 3.1.3.2). */
function unescaped(value: string): string | undefined {
  const plain = /^".*"$/.test(value) ? value.slice(1, -1).replace(/\\(.)/g, "$1") : value;
  try {
    return plain.replace(/(?:%[0-9a-f]{2})+/gi, (bytes) => decodeURIComponent(bytes));
  } catch {
    // The caller says which header it was.
    return undefined;
  }
}

function decoded(body: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(body);
  } catch {
    // The caller says what was not UTF-8.
    return undefined;
  }
}

function mediaType(header: string | undefined): { type: string; charset: string } {
  const [type = "", ...parameters] = (header ?? "").toLowerCase().split(";");
  const charset = parameters.map((one) => /^\s*charset\s*=\s*"?([^"\s]+)"?\s*$/.exec(one)?.[1]).find(Boolean);
  return { type: type.trim(), charset: charset === "utf8" || charset === undefined ? "utf-8" : charset };
}

function isJson(type: string): boolean {
  return /^(application|text)\/(.+\+)?json$/.test(type);
}

function unreadable(problem: string): UnreadableEvent {
  return { status: 400, problems: [problem] };
}

function unsupported(problem: string): UnreadableEvent {
  return { status: 415, problems: [problem] };
}
