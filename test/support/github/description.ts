/** GitHub's published OpenAPI description, as far as the stand-in speaks it: finds the operation, checks both sides. */
import { readFileSync } from "node:fs";
import { Ajv, type ValidateFunction } from "ajv";
import formats from "ajv-formats";

interface Described {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, object>>;
  readonly body?: object;
  readonly bodyNeeded: boolean;
  readonly answers: Readonly<Record<string, object | true>>;
}

export interface Operation {
  /** `GET /repos/{owner}/{repo}/…` */
  readonly name: string;
  readonly parameters: Readonly<Record<string, string>>;
  /** What is wrong with the request by the description; empty when nothing is. */
  wrongRequest(query: Readonly<Record<string, string>>, body: unknown): readonly string[];
  /** The same for an answer; any refusal must at least have a message. */
  wrongAnswer(status: number, json: unknown): readonly string[];
}

const file = JSON.parse(readFileSync(new URL("description.json", import.meta.url), "utf8")) as {
  operations: readonly Described[];
  definitions: Readonly<Record<string, object>>;
};
const ajv = new Ajv({ strict: false, allErrors: false, coerceTypes: false });
formats.default(ajv);
ajv.addFormat("repo.nwo", true);
ajv.addSchema({ $id: "github", definitions: file.definitions });
const coercing = new Ajv({ strict: false, coerceTypes: true });
formats.default(coercing);

const compiled = new Map<object, ValidateFunction>();
function check(schema: object | true | undefined, value: unknown): readonly string[] {
  if (schema === undefined || schema === true) return [];
  const known = compiled.get(schema);
  const validate = known ?? ajv.compile(pointed(schema) as object);
  compiled.set(schema, validate);
  if (validate(value)) return [];
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath || "/"} ${message}`);
}

/** Definitions live in a document of their own. */
function pointed(node: unknown): unknown {
  return JSON.parse(JSON.stringify(node).replaceAll('"#/definitions/', '"github#/definitions/'));
}

/** The operation for a request; undefined when GitHub's description has none, or the stand-in does not speak it. */
export function operationOf(method: string, path: string): Operation | undefined {
  for (const described of file.operations) {
    const names = [...described.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? "");
    const pattern = new RegExp(`^${described.path.replace(/\{\w+\}/g, "([^/]+)")}$`);
    const values = described.method === method ? pattern.exec(path)?.slice(1) : undefined;
    if (values === undefined) continue;
    return {
      name: `${method} ${described.path}`,
      parameters: Object.fromEntries(names.map((name, at) => [name, decodeURIComponent(values[at] ?? "")])),
      wrongRequest: (query, body) => [...wrongQuery(described, query), ...wrongBody(described, body)],
      wrongAnswer(status, json) {
        const schema = described.answers[String(status)];
        if (schema !== undefined) return check(schema, json);
        return status >= 400 ? check(file.definitions["basic-error"], json) : [`${status} is not described`];
      },
    };
  }
  return undefined;
}

function wrongBody({ body: schema, bodyNeeded }: Described, body: unknown): readonly string[] {
  return body === undefined && !bodyNeeded ? [] : check(schema, body);
}

function wrongQuery({ query: known }: Described, query: Readonly<Record<string, string>>): string[] {
  return Object.entries(query).flatMap(([name, value]) => {
    const schema = known[name];
    if (schema === undefined) return [`there is no query parameter ${name}`];
    return coercing.validate({ type: "object", properties: { value: schema } }, { value })
      ? []
      : [`${name}: ${coercing.errorsText()}`];
  });
}
