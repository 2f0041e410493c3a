/**
 * Writes build/local/qdrant/api.json: what Qdrant's published API says of the operations the stand-in answers. The API
 * comes with the client, as types; other operations are left out.
 */
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { type Declared, declaredMembers, type Schema } from "./declared-types.ts";
import { OPERATIONS } from "./local/qdrant/operations.ts";

const TYPES = "openapi/generated_schema.d.ts";
const PACKAGE = "@qdrant/js-client-rest";

export async function qdrantApi(): Promise<string> {
  const entry = fileURLToPath(import.meta.resolve(PACKAGE));
  const folder = entry.slice(0, entry.lastIndexOf("/dist/"));
  const types = await readFile(`${folder}/dist/types/${TYPES}`, "utf8");
  const { version } = JSON.parse(await readFile(`${folder}/package.json`, "utf8")) as { version: string };
  const schemas = declaredMembers(types, "components").get("schemas")?.members ?? new Map<string, Declared>();
  const declared = declaredMembers(types, "operations");
  const places = placesOf(types);
  const operations = Object.fromEntries(
    Object.keys(OPERATIONS).map((name) => {
      const operation = declared.get(name);
      const place = places.get(name);
      if (operation === undefined || place === undefined) throw new Error(`Qdrant's API has no operation ${name}`);
      return [name, { ...place, ...describe(operation) }];
    }),
  );
  const definitions = reachable({ operations, error: { $ref: "#/definitions/ErrorResponse" } }, schemas);
  return `${JSON.stringify({ version, operations, definitions }, null, 2)}\n`;
}

function describe(operation: Declared): { query: Schema; body?: Schema; result: Schema } {
  const at = (...names: string[]): Declared | undefined =>
    names.reduce<Declared | undefined>((found, name) => found?.members?.get(name), operation);
  const body = at("requestBody", "content", "application/json");
  const result = at("responses", "200", "content", "application/json");
  const nothing: Schema = { type: "object", properties: {}, additionalProperties: false };
  return {
    query: at("parameters", "query")?.schema ?? nothing,
    ...(body === undefined ? {} : { body: body.schema }),
    result: result?.schema ?? {},
  };
}

/** Where each operation is: its members are types of another interface, so the text itself is looked at. */
function placesOf(types: string): Map<string, { method: string; path: string }> {
  const places = new Map<string, { method: string; path: string }>();
  let path = "";
  for (const line of types.slice(0, types.indexOf("export interface components")).split("\n")) {
    path = /^ {4}"(\/[^"]*)": \{/.exec(line)?.[1] ?? path;
    const [, method, name] = /^ {8}(\w+): operations\["(\w+)"\];/.exec(line) ?? [];
    if (method !== undefined && name !== undefined) places.set(name, { method: method.toUpperCase(), path });
  }
  return places;
}

function reachable(from: unknown, schemas: ReadonlyMap<string, Declared>): Record<string, Schema> {
  const found = new Map<string, Schema>();
  const open = [from];
  for (let text = open.pop(); text !== undefined; text = open.pop()) {
    for (const [, name] of JSON.stringify(text).matchAll(/"#\/definitions\/(\w+)"/g)) {
      const schema = schemas.get(name as string)?.schema;
      if (schema === undefined) throw new Error(`Qdrant's API has no type ${name}`);
      if (found.has(name as string)) continue;
      found.set(name as string, schema);
      open.push(schema);
    }
  }
  return Object.fromEntries([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}
