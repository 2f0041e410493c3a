/** Reading requests: who calls, and JSON bodies and queries by schema. Every failure is a Problem that says what to do. */
import { createHash } from "node:crypto";
import type { Context, MiddlewareHandler } from "hono";
import * as z from "zod";
import { covers, type Person, personWith, type Role, type Tokens } from "../../shared/runtime/tokens.ts";
import { Problem } from "./problem.ts";
import type { Caller } from "./sign-in/authenticate.ts";

export interface Env {
  Variables: {
    /** Of a request that passed `needs`. */
    person: Person;
    /** Whoever sign-in/authenticate.ts knows. */
    caller: Caller | undefined;
    /** Why somebody a proxy names is nobody here. */
    refusal: Problem | undefined;
    /** The session cookie that came along, whether it opens anything or not. */
    cookie: string | undefined;
    /** Where the request comes from, taken down before its headers were stripped. */
    address: string | undefined;
    /** What the caller gave as the reason, and what else the audit should hold. */
    reason: string | undefined;
    facts: Readonly<Record<string, unknown>> | undefined;
    /** Of a decision that left the improvement where it stands: no transition tells of it. */
    unmoved: true | undefined;
  };
}

/** Lets only callers with this role through. */
export function needs(tokens: Tokens, role: Role): MiddlewareHandler<Env> {
  return async function authorise(context, next) {
    const person = context.get("caller")?.person ?? byToken(tokens, context);
    if (!covers(person.role, role))
      throw new Problem(403, `${person.name} is a ${person.role}; this needs the role ${role}.`);
    context.set("person", person);
    await next();
  };
}

function byToken(tokens: Tokens, context: Context<Env>): Person {
  const token = tokenOf(context);
  const refusal = context.get("refusal");
  if (token === undefined && refusal !== undefined) throw refusal;
  if (token === undefined) {
    throw new Problem(
      401,
      "Send the header `Authorization: Bearer <token>` with a token of this school; on the dashboard, sign in.",
    );
  }
  const person = personWith(tokens, token);
  if (person !== undefined) return person;
  throw new Problem(401, "This token is not known here. The school printed its tokens when it started.");
}

/** The bearer token of a request. */
export function tokenOf(context: Context): string | undefined {
  const header = context.req.header("authorization") ?? "";
  const [, scheme = "", value = ""] = /^(\S+)\s+(.+)$/.exec(header) ?? [];
  return scheme.toLowerCase() === "bearer" ? value.trim() : undefined;
}

/** What stands for a token where the token itself must not. */
export function digestOf(token: string): string {
  return createHash("sha256").update(token).digest("base64url");
}

/** The JSON body by its schema; an empty body counts as `{}`. Throws Problem 400, 415 or 422. */
export async function bodyOf<Schema extends z.ZodType>(context: Context, schema: Schema): Promise<z.infer<Schema>> {
  const text = await context.req.text();
  const type = context.req.header("content-type") ?? "";
  if (text !== "" && !/^application\/([\w.+-]+\+)?json\b/i.test(type))
    throw new Problem(415, "Send the body as JSON, with the header `Content-Type: application/json`.");
  const body = checked(schema, parseJson(text === "" ? "{}" : text), 422);
  const { reason } = (typeof body === "object" && body !== null ? body : {}) as { reason?: unknown };
  if (typeof reason === "string") context.set("reason", reason);
  return body;
}

/** The query string by its schema. Throws Problem 400. */
export function queryOf<Schema extends z.ZodType>(context: Context, schema: Schema): z.infer<Schema> {
  const given = Object.entries(context.req.queries());
  const query = Object.fromEntries(given.map(([name, values]) => [name, values.length === 1 ? values[0] : values]));
  return checked(schema, query, 400);
}

/** One or several values of a query: separated by commas, or the name repeated. Undefined when there is none. */
export const Several = <Value extends z.ZodType<string, string>>(value: Value) =>
  z
    .union([z.string(), z.array(z.string())])
    .transform((given) => [given].flat().flatMap((text) => text.split(",")))
    .transform((texts) => texts.map((text) => text.trim()).filter((text) => text !== ""))
    .pipe(z.array(value).max(50))
    .transform((values) => (values.length === 0 ? undefined : values))
    .optional()
    // For the API's description: what one of them is.
    .meta({ several: value });

const MOMENT = "a date (2026-01-31) or a moment in ISO 8601 (2026-01-31T08:00:00Z)";

/** Milliseconds since the epoch; a date alone is the first or the last millisecond of that day in UTC. */
export const Moment = (edge: "start" | "end") =>
  z
    .union([z.iso.date(), z.iso.datetime({ offset: true })], { error: MOMENT })
    .transform((text) => (text.includes("T") ? text : `${text}T${edge === "start" ? "00:00:00.000" : "23:59:59.999"}Z`))
    .transform((text) => Date.parse(text))
    .optional();

export const Limit = (fallback: number, most: number) =>
  z.coerce
    .number({ error: `a number from 1 to ${most}` })
    .int()
    .min(1)
    .max(most)
    .default(fallback);

/** A sentence by a person: it goes into the audit trail. */
export const Reason = z
  .string({ error: "is needed: say why, in a sentence; it goes into the audit trail" })
  .trim()
  .min(1, "is needed: say why, in a sentence; it goes into the audit trail")
  .max(1_000);

/** The body of what only has to be justified. */
export const Justified = z.object({ reason: Reason });

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Problem(400, `The body is not JSON: ${(error as Error).message}`);
  }
}

function checked<Schema extends z.ZodType>(schema: Schema, value: unknown, status: 400 | 422): z.infer<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  // A parameter that is given several times is a list only here: nobody typed its place in it.
  const named = (path: readonly PropertyKey[]) => (status === 400 ? path.slice(0, 1) : path).join(".") || "value";
  const problems = result.error.issues.map(({ path, message }) => `${named(path)}: ${message}`);
  throw new Problem(status, problems.join("; "), { problems });
}
