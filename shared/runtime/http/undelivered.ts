/**
 * Where a Broker puts what no function took: a process that logs each event with why, and keeps nothing. Its log is the
 * record; whoever wants another gives the Broker another sink.
 */
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { Logger } from "pino";
import * as z from "zod";
import { type Environment, readSettings, resolveEnvironment } from "../config.ts";
import { giveUp } from "../give-up.ts";
import { createLog } from "../log.ts";
import { LIVENESS, READINESS } from "../probes.ts";
import { RuntimeSettings } from "../settings.ts";
import { endConnections, keepConnections } from "./connections.ts";
import { tooLarge } from "./door.ts";
import { readBody } from "./front.ts";
import { json, nothingToTell, problem, send } from "./reply.ts";

const NAME = "undelivered";
/** Characters of an event that its log line shows. */
const SHOWN = 2_000;

const Settings = z.object({ PORT: RuntimeSettings.shape.PORT, LOG_LEVEL: RuntimeSettings.shape.LOG_LEVEL });

/** Ends with 0 on SIGTERM or SIGINT, when what it was being told is logged. Never rejects. */
export async function serveUndelivered(environment: Environment): Promise<void> {
  try {
    const { PORT, LOG_LEVEL } = readSettings(Settings, resolveEnvironment(environment));
    const log = createLog(LOG_LEVEL, { stage: NAME });
    const server = createServer((request, response) => void answer(log, request, response));
    keepConnections(server);
    const stop = () => endConnections(server);
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, stop);
    await once(server.listen(PORT), "listening");
    log.info({ address: server.address() }, "listening for events nobody took");
  } catch (error) {
    giveUp(NAME, error);
  }
}

async function answer(log: Logger, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = (request.url ?? "/").split("?", 1)[0] as string;
  if (request.method === "GET" && [...LIVENESS, ...READINESS].includes(path))
    return send(response, json(200, { status: "ok" }));
  if (request.method !== "POST")
    return send(response, problem(405, "POST one CloudEvent.", { headers: { allow: "POST" } }));
  try {
    const body = await readBody(request);
    if (body === undefined) return send(response, tooLarge());
    log.warn(toldOf(request.headers, body), "nobody took this event");
    send(response, nothingToTell());
  } catch {
    // The Broker went away in the middle of the body; it sends the event again.
    response.destroy();
  }
}

/** Knative tells in extension attributes who refused the event and how (eventing spec, delivery: dead letter sink). */
function toldOf(headers: IncomingHttpHeaders, body: Buffer): Record<string, unknown> {
  const text = body.toString("utf8");
  const attributes = { ...ofStructured(headers["content-type"], text), ...ofHeaders(headers) };
  const { knativeerrordest: refusedBy, knativeerrorcode: code, knativeerrordata: because, ...event } = attributes;
  return { refusedBy, code, because, event, body: text.slice(0, SHOWN), bytes: body.byteLength };
}

function ofHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const named = Object.entries(headers).filter(([name]) => name.startsWith("ce-"));
  return Object.fromEntries(named.map(([name, value]) => [name.slice("ce-".length), String(value).slice(0, SHOWN)]));
}

/** The attributes of an event in structured mode; what cannot be read is logged by its body alone. */
function ofStructured(type: string | undefined, text: string): Record<string, string> {
  if (type?.startsWith("application/cloudevents+json") !== true) return {};
  try {
    const event = z.record(z.string(), z.unknown()).parse(JSON.parse(text));
    const attributes = Object.entries(event).filter(([name]) => name !== "data" && name !== "data_base64");
    return Object.fromEntries(attributes.map(([name, value]) => [name, String(value).slice(0, SHOWN)]));
  } catch {
    // Perhaps it is here because nobody could read it.
    return {};
  }
}
