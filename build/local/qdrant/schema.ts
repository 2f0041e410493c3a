/**
 * Every request against Qdrant's published API. Stricter than the real server, which reads past fields it does not know:
 * a misspelt filter would filter nothing.
 */
import { Ajv, type ErrorObject, type ValidateFunction } from "ajv";
import api from "./api.json" with { type: "json" };
import { outOfRange, QdrantError } from "./errors.ts";

type Fields = Readonly<Record<string, unknown>>;

interface Described {
  readonly method: string;
  readonly path: string;
  readonly query: object;
  readonly body?: object;
  readonly result: object;
}

/** By name. */
export const DESCRIBED: Readonly<Record<string, Described>> = api.operations;

const validators = new Map<string, ValidateFunction>();
let ajv: Ajv | undefined;

/** Compiled when it is first needed: most runs need few of them. */
function validator(operation: string, part: "query" | "body" | "result" | "error"): ValidateFunction {
  const name = `${operation}/${part}`;
  const known = validators.get(name);
  if (known !== undefined) return known;
  ajv ??= new Ajv({ strict: false, coerceTypes: false }).addSchema({ $id: "api", definitions: api.definitions });
  const schema = part === "error" ? { $ref: "#/definitions/ErrorResponse" } : (DESCRIBED[operation]?.[part] ?? false);
  const compiled = ajv.compile(resolved(schema));
  validators.set(name, compiled);
  return compiled;
}

function resolved(schema: object | boolean): object | boolean {
  return JSON.parse(JSON.stringify(schema).replaceAll("#/definitions/", "api#/definitions/")) as object | boolean;
}

/** The body, when it is one of the operation. Throws QdrantError 400 that says where it is not. */
export function checkBody(operation: string, text: string): Fields {
  if (DESCRIBED[operation]?.body === undefined) {
    if (text !== "") throw new QdrantError(400, `${operation} takes no body.`);
    return {};
  }
  const body = parsed(text);
  const validate = validator(operation, "body");
  if (validate(body)) return body as Fields;
  const { where, what, outside } = worst(validate.errors ?? []);
  if (outside) throw outOfRange(`${where}: ${what}`);
  throw new QdrantError(400, `Format error in JSON body: ${where}: ${what}`);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new QdrantError(400, `Format error in JSON body: ${(error as Error).message}`);
  }
}

/** Throws QdrantError 400 for a parameter the operation does not have, or that is none of its values. */
export function checkQuery(operation: string, query: URLSearchParams): void {
  const fields = Object.fromEntries([...query].map(([name, value]) => [name, typed(value)]));
  const validate = validator(operation, "query");
  if (validate(fields)) return;
  const { where, what } = worst(validate.errors ?? []);
  throw new QdrantError(400, `Format error in query parameters: ${where}: ${what}`);
}

function typed(value: string): unknown {
  if (value === "true" || value === "false") return value === "true";
  return /^\d+$/.test(value) ? Number(value) : value;
}

/** What is wrong with an answer by the description; undefined: nothing. */
export function answerProblem(operation: string, status: number, answer: unknown): string | undefined {
  const validate = validator(operation, status === 200 ? "result" : "error");
  if (validate(answer)) return undefined;
  const { where, what } = worst(validate.errors ?? []);
  return `${where}: ${what}`;
}

/** Of all that is wrong with each possibility, what is deepest in: that one was meant. */
function worst(errors: readonly ErrorObject[]): { where: string; what: string; outside: boolean } {
  const depth = ({ instancePath }: ErrorObject) => instancePath.split("/").length;
  const real = errors.filter(({ keyword }) => keyword !== "anyOf");
  const deepest = real.reduce((best, error) => (depth(error) > depth(best) ? error : best), real[0] as ErrorObject);
  const { instancePath, keyword, message = "is not right" } = deepest;
  const where = instancePath === "" ? "body" : instancePath.slice(1).replaceAll("/", ".");
  const unknown = keyword === "additionalProperties" ? ` (${deepest.params["additionalProperty"]})` : "";
  return { where, what: `${message}${unknown}`, outside: real.length === 1 && keyword === "minimum" };
}
