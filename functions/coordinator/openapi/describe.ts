/**
 * The OpenAPI 3.1 description of the coordinator, generated from the very schemas its routes read by. It is made at build
 * time and committed as openapi.json; a running coordinator only serves that file.
 */
import * as z from "zod";
import packageFile from "../../../package.json" with { type: "json" };
import { kindOf } from "../problem-kinds.ts";
import { anomalyRoutes } from "./anomalies.ts";
import { auditRoutes } from "./audit.ts";
import { graphRoutes } from "./graph.ts";
import { improvementRoutes } from "./improvements.ts";
import { knowledgeRoutes } from "./knowledge.ts";
import { modelRoutes } from "./models.ts";
import { notificationRoutes } from "./notifications.ts";
import { openRoutes } from "./open.ts";
import { operatingRoutes } from "./operating.ts";
import type { Operation } from "./operation.ts";
import { pipelineRoutes } from "./pipeline.ts";
import { reviewRoutes } from "./review.ts";
import { routerRoutes } from "./router.ts";
import { Problem } from "./schemas-operating.ts";
import { searchRoutes } from "./search.ts";
import { sessionRoutes } from "./session.ts";
import { deadLetterRoutes, sourceRoutes } from "./sources.ts";
import { watchRoutes } from "./watches.ts";

export const OPERATIONS: readonly Operation[] = [
  ...improvementRoutes,
  ...sourceRoutes,
  ...watchRoutes,
  ...searchRoutes,
  ...knowledgeRoutes,
  ...graphRoutes,
  ...deadLetterRoutes,
  ...modelRoutes,
  ...anomalyRoutes,
  ...notificationRoutes,
  ...routerRoutes,
  ...pipelineRoutes,
  ...reviewRoutes,
  ...operatingRoutes,
  ...auditRoutes,
  ...sessionRoutes,
  ...openRoutes,
];

type Json = Record<string, unknown>;

/** What a segment of a path is. */
const SEGMENTS: Readonly<Record<string, string>> = {
  id: "id of the improvement or source",
  name: "its name",
  stage: "the stage",
  letter: "id of the dead letter",
  event: "id of the event",
  session: "the session, as the list names it",
};

export function describeApi(): Json {
  const schemas: Record<string, unknown> = {};
  const refer = referrer(schemas);
  const problemSchema = refer(Problem, "output");
  const statuses = new Set<number>();
  const paths: Record<string, Json> = {};
  for (const operation of OPERATIONS) {
    const path = operation.path.replaceAll(/:(\w+)/g, "{$1}");
    const problems = problemsOf(operation);
    for (const status of problems) statuses.add(status);
    paths[path] = { ...paths[path], [operation.method]: describe(operation, refer, problems) };
  }
  const responses = Object.fromEntries(
    [...statuses].sort((a, b) => a - b).map((status) => [problemName(status), problemAnswer(status, problemSchema)]),
  );
  return {
    openapi: "3.1.0",
    info: {
      title: "Cortex Online School",
      version: packageFile.version,
      description:
        "The coordinator: what people, dashboards and programs see of the school and decide about it. Errors are application/problem+json (RFC 9457).",
      license: { name: "MIT", identifier: "MIT" },
    },
    servers: [{ url: "/" }],
    tags: [...new Set(OPERATIONS.map(({ area }) => area))].map((name) => ({ name })),
    paths,
    components: {
      schemas: Object.fromEntries(Object.entries(schemas).sort(([a], [b]) => (a < b ? -1 : 1))),
      responses,
      securitySchemes: {
        token: {
          type: "http",
          scheme: "bearer",
          description:
            "A token of SCHOOL_TOKENS. Roles: viewer < reviewer < operator; each may do what those before it may.",
        },
        session: {
          type: "apiKey",
          in: "cookie",
          name: "__Host-school",
          description:
            "The session of a browser, see POST /api/session; over plain http the cookie is called school-<port>. Changes count only from the dashboard's own page.",
        },
      },
    },
  };
}

type Refer = (schema: z.ZodType, io: "input" | "output") => Json;

function describe(operation: Operation, refer: Refer, problems: readonly number[]): Json {
  const { id, area, role, summary, description, query, headers = [], body, answer, method } = operation;
  const inPath = [...operation.path.matchAll(/:(\w+)/g)].map(([, name = ""]) => ({
    name,
    in: "path",
    required: true,
    description: SEGMENTS[name] ?? name,
    schema: { type: "string" },
  }));
  const inHeader = [...headers, ...(method === "post" ? [REPEATABLE] : [])].map((header) => ({
    ...header,
    in: "header",
    schema: { type: "string" },
  }));
  const parameters = [...inPath, ...(query === undefined ? [] : queryParameters(query, refer)), ...inHeader];
  return {
    operationId: id,
    tags: [area],
    summary,
    ...(description === undefined ? {} : { description }),
    security: role === "open" ? [] : [{ token: [role] }, { session: [role] }],
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined ? {} : { requestBody: describeBody(body, refer) }),
    responses: {
      [answer.status ?? 200]: describeAnswer(answer, refer),
      ...Object.fromEntries(
        problems.map((status) => [status, { $ref: `#/components/responses/${problemName(status)}` }]),
      ),
    },
  };
}

const REPEATABLE = {
  name: "Idempotency-Key",
  description: "any text of your own: a request that succeeded with it is not carried out again within a day",
};

function queryParameters(query: z.ZodObject, refer: Refer): Json[] {
  return Object.entries(query.shape).map(([name, schema]) => {
    const { description, several } = (schema as z.ZodType).meta() ?? {};
    const required = !(schema as z.ZodType).safeParse(undefined).success;
    const shape = { name, in: "query", required, ...(description === undefined ? {} : { description }) };
    if (several !== undefined) {
      const items = refer(several as z.ZodType, "input");
      return { ...shape, style: "form", explode: false, schema: { type: "array", items } };
    }
    const { description: _, ...plain } = refer(schema as z.ZodType, "input");
    return { ...shape, schema: plain };
  });
}

function describeBody(
  { required = false, texts = [], schema, example, media }: NonNullable<Operation["body"]>,
  refer: Refer,
) {
  const content: Record<string, Json> = {
    [media ?? "application/json"]: { schema: refer(schema, "input"), example },
  };
  for (const type of texts) content[type] = { schema: { type: "string" } };
  return { required, content };
}

function describeAnswer({ description, schema, example, others = {}, paged }: Operation["answer"], refer: Refer): Json {
  const content: Record<string, Json> = {};
  if (schema !== undefined) content["application/json"] = { schema: refer(schema, "output"), example };
  for (const [type, what] of Object.entries(others)) content[type] = { schema: { description: what } };
  const link = { description: "the next page, rel=next (RFC 8288)", schema: { type: "string" } };
  return { description, ...(paged === true ? { headers: { Link: link } } : {}), content };
}

/** Every route may answer with these; a token brings its own. */
function problemsOf({ role, problems = [], body, query, path }: Operation): number[] {
  const always = path.includes(":") || query !== undefined || body !== undefined ? [400] : [];
  const withToken = role === "open" ? [] : [401, 403, 429, 500, 503];
  const withBody = body === undefined ? [] : [413, 415, 422];
  return [...new Set([...always, ...withToken, ...withBody, ...problems])].sort((a, b) => a - b);
}

function problemName(status: number): string {
  return kindOf(status)
    .name.split("-")
    .map((word) => `${word[0]?.toUpperCase()}${word.slice(1)}`)
    .join("");
}

function problemAnswer(status: number, schema: Json): Json {
  const { name, title, meaning } = kindOf(status);
  const example = { type: `/problems/${name}`, title, status, detail: "what is wrong here", instance: "/api/…" };
  const retry = { description: "seconds", schema: { type: "string" } };
  return {
    description: meaning,
    ...([429, 503].includes(status) ? { headers: { "Retry-After": retry } } : {}),
    content: { "application/problem+json": { schema, example } },
  };
}

/** Schemas as JSON Schema; those with a name go to `schemas` once and are referred to. */
function referrer(schemas: Record<string, unknown>): Refer {
  return (schema, io) => {
    const { $schema: _, $defs = {}, ...own } = z.toJSONSchema(schema, { io, unrepresentable: "any" }) as Json;
    for (const [name, definition] of Object.entries($defs as Json)) schemas[name] = hoisted(definition);
    const { id } = schema.meta() ?? {};
    if (id === undefined) return hoisted(own) as Json;
    // With a name it may be among the definitions already, and refer to itself here.
    if (own["$ref"] === undefined) schemas[id] = hoisted(own);
    return { $ref: `#/components/schemas/${id}` };
  };
}

/** References as OpenAPI has them; what only this program needs is left out. */
function hoisted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(hoisted);
  if (typeof value !== "object" || value === null) return value;
  // The pattern of a date is a page long, and says no more than its format.
  const unwanted = ["id", "several", "$schema", ...("format" in value ? ["pattern"] : [])];
  const kept = Object.entries(value).filter(([name]) => !unwanted.includes(name) || isProperty(value));
  return Object.fromEntries(
    kept.map(([name, inner]) => [
      name,
      name === "$ref" && typeof inner === "string"
        ? inner.replace("#/$defs/", "#/components/schemas/")
        : hoisted(inner),
    ]),
  );
}

/** A map of properties may well have one that is called `id`: its values are schemas, not texts. */
function isProperty(value: object): boolean {
  return Object.values(value).every((inner) => typeof inner === "object" && inner !== null);
}
