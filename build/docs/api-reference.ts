/** The reference of the coordinator's API, made of its description. */
import { describeApi } from "../../functions/coordinator/openapi/describe.ts";
import { row } from "../generated-part.ts";

interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
}
interface Operation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly description?: string;
  readonly security?: readonly Readonly<Record<string, readonly string[]>>[];
  readonly parameters?: readonly { name: string; in: string; required?: boolean; description?: string }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema?: Schema }>> };
  readonly responses: Readonly<Record<string, { description?: string; content?: Record<string, { schema?: Schema }> }>>;
}
interface Described {
  readonly tags: readonly { readonly name: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

/** Properties listed of a body; what lies deeper is in the description itself. */
const MOST_PROPERTIES = 12;

/** Markdown. Nothing in it is not in `/api/openapi.json`. */
export function apiReference(): string {
  // Its types are of the library that checks it; here it is read as what it is in JSON.
  const { tags, paths } = JSON.parse(JSON.stringify(describeApi())) as Described;
  const all = Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  );
  const parts = tags.map(({ name }) => {
    const rows = all
      .filter(({ operation }) => operation.tags.includes(name))
      .map(({ path, method, operation }) =>
        row([`\`${method} ${path}\``, roleOf(operation), about(operation), bodyOf(operation), answersOf(operation)]),
      );
    return `## ${name}\n\n${row(["route", "role", "does", "takes", "answers"])}\n|${" --- |".repeat(5)}\n${rows.join("\n")}\n`;
  });
  return `${HEAD}\n${parts.join("\n")}`;
}

const HEAD = `# The API

Written by \`npm run generate\` from \`/api/openapi.json\`, which has the schemas and an example of every body and answer.
What tokens, roles, retries and problems are is told in [the coordinator's README](../../functions/coordinator/README.md).

\`\`\`sh
curl -H "Authorization: Bearer $SCHOOL_TOKEN" "$SCHOOL_URL/api/status"
\`\`\`

A name with \`?\` may be left out. Every route may also answer 401, 403, 429, 500 and 503, as
[problem details](https://www.rfc-editor.org/rfc/rfc9457) whose \`detail\` says what to do; [the command line](../README.md)
has a command for each.
`;
/** Of every route, and said once above. */
const EVERYWHERE = ["401", "403", "429", "500", "503"];

function roleOf({ security = [] }: Operation): string {
  return security.flatMap((one) => Object.values(one).flat())[0] ?? "none";
}

function about({ summary, description }: Operation): string {
  return description === undefined ? summary : `${summary}. ${description}`.replaceAll("\n", " ");
}

function bodyOf({ parameters = [], requestBody }: Operation): string {
  const queries = parameters
    .filter((one) => one.in === "query")
    .map(({ name, required }) => `\`${name}${required === true ? "" : "?"}\``);
  const bodies = Object.entries(requestBody?.content ?? {}).map(([type, { schema }]) => {
    const names = schema === undefined ? [] : propertiesOf(schema);
    return `${type === "application/json" ? "" : `${type} `}${names.join(", ") || "a body"}`;
  });
  return [...(queries.length === 0 ? [] : [`query: ${queries.join(", ")}`]), ...bodies].join("; ");
}

function propertiesOf({ properties = {}, required = [], anyOf, oneOf, $ref }: Schema): string[] {
  if ($ref !== undefined) return [`\`${$ref.split("/").at(-1) ?? ""}\``];
  const choices = anyOf ?? oneOf;
  if (choices !== undefined) return [choices.map((one) => propertiesOf(one).join(", ") || "a value").join(" or ")];
  const names = Object.keys(properties).map((name) => `\`${name}${required.includes(name) ? "" : "?"}\``);
  return names.length > MOST_PROPERTIES ? [...names.slice(0, MOST_PROPERTIES), "…"] : names;
}

function answersOf({ responses }: Operation): string {
  return Object.entries(responses)
    .filter(([status]) => !EVERYWHERE.includes(status))
    .map(([status, { description, content }]) => {
      const schema = Object.values(content ?? {})[0]?.schema;
      const name = schema?.$ref === undefined ? "" : ` (\`${schema.$ref.split("/").at(-1) ?? ""}\`)`;
      return status.startsWith("2") ? `${status} ${description ?? ""}${name}` : status;
    })
    .join(", ");
}
