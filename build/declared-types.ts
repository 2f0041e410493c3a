/** Reads type declarations, as openapi-typescript writes them, back into JSON Schema. */

export type Schema = Readonly<Record<string, unknown>>;

/** A declaration: an object by its members, or what a member is. */
export interface Declared {
  readonly schema: Schema;
  /** Members of an object type, in their order. */
  readonly members?: ReadonlyMap<string, Declared>;
}

interface Token {
  readonly text: string;
  /** What its documentation calls the format, when there is some before it. */
  readonly format?: string;
}

const TOKENS =
  /\/\*\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:[^"\\]|\\.)*"|[A-Za-z_$][\w$]*|-?\d+(?:\.\d+)?|[{}[\]()<>|?:;,&=]|\S/g;
const UNSIGNED = /^uint\d*$/;

/** The members of `export interface <name>`. Throws when the text is not of this kind. */
export function declaredMembers(text: string, name: string): ReadonlyMap<string, Declared> {
  const begin = text.indexOf(`export interface ${name} {`);
  if (begin < 0) throw new Error(`there is no interface ${name}`);
  const { members } = typeAt(reader(text.slice(text.indexOf("{", begin))));
  return members ?? new Map();
}

interface Reader {
  readonly peek: () => Token;
  readonly take: (expected?: string) => Token;
}

function reader(text: string): Reader {
  const matches = text.matchAll(TOKENS);
  const next = (): Token => {
    let format: string | undefined;
    for (;;) {
      const found = matches.next();
      const token = found.done === true ? "" : found.value[0];
      if (!token.startsWith("/")) return { text: token, ...(format === undefined ? {} : { format }) };
      format = /Format: ([\w-]+)/.exec(token)?.[1] ?? format;
    }
  };
  let current = next();
  return {
    peek: () => current,
    take(expected) {
      const taken = current;
      if (expected !== undefined && taken.text !== expected)
        throw new Error(`${expected} expected, found ${taken.text}`);
      current = next();
      return taken;
    },
  };
}

function typeAt(tokens: Reader, format?: string): Declared {
  const parts: Declared[] = [];
  do {
    if (tokens.peek().text === "|") tokens.take();
    parts.push(listAt(tokens, format));
  } while (tokens.peek().text === "|");
  return parts.length === 1 ? (parts[0] as Declared) : { schema: unionOf(parts.map(({ schema }) => schema)) };
}

function listAt(tokens: Reader, format?: string): Declared {
  let declared = singleAt(tokens, format);
  while (tokens.peek().text === "[") {
    tokens.take();
    if (tokens.peek().text === "]") declared = { schema: { type: "array", items: declared.schema } };
    // components["schemas"]["Name"]: the last name says which.
    else declared = { schema: { $ref: `#/definitions/${JSON.parse(tokens.take().text) as string}` } };
    tokens.take("]");
  }
  return declared;
}

function singleAt(tokens: Reader, format?: string): Declared {
  const { text } = tokens.peek();
  if (text === "{") return objectAt(tokens);
  if (text === "[") return tupleAt(tokens);
  tokens.take();
  if (text === "(") {
    const inner = typeAt(tokens, format);
    tokens.take(")");
    return inner;
  }
  if (text.startsWith('"')) return { schema: { const: JSON.parse(text) as string } };
  if (/^-?\d/.test(text)) return { schema: { const: Number(text) } };
  return { schema: namedType(text, tokens, format) };
}

function namedType(name: string, tokens: Reader, format?: string): Schema {
  if (name === "number") return numberOf(format);
  if (name === "string" || name === "boolean" || name === "null") return { type: name };
  if (name === "unknown") return {};
  if (name === "never" || name === "undefined") return { not: {} };
  if (name === "components" || name === "operations") return {};
  if (name === "Record") {
    tokens.take("<");
    typeAt(tokens);
    tokens.take(",");
    const { schema } = typeAt(tokens);
    tokens.take(">");
    return { type: "object", ...(Object.keys(schema).length === 0 ? {} : { additionalProperties: schema }) };
  }
  if (name !== "OneOf") throw new Error(`the type ${name} is not known`);
  tokens.take("<");
  const { schema } = typeAt(tokens);
  tokens.take(">");
  return schema;
}

function numberOf(format: string | undefined): Schema {
  if (format !== undefined && UNSIGNED.test(format)) return { type: "integer", minimum: 0 };
  return { type: format?.startsWith("int") === true ? "integer" : "number" };
}

/** One of these; only inside OneOf. */
function tupleAt(tokens: Reader): Declared {
  tokens.take("[");
  const parts: Schema[] = [];
  while (tokens.peek().text !== "]") {
    parts.push(typeAt(tokens).schema);
    if (tokens.peek().text === ",") tokens.take();
  }
  tokens.take("]");
  return { schema: unionOf(parts) };
}

function objectAt(tokens: Reader): Declared {
  tokens.take("{");
  const members = new Map<string, Declared>();
  const required: string[] = [];
  let others: Schema | false = false;
  while (tokens.peek().text !== "}") {
    const { text, format } = tokens.take();
    if (text === "[") {
      while (tokens.take().text !== "]");
      tokens.take(":");
      others = typeAt(tokens).schema;
    } else {
      const name = text.startsWith('"') ? (JSON.parse(text) as string) : text;
      const optional = tokens.peek().text === "?";
      if (optional) tokens.take();
      else required.push(name);
      tokens.take(":");
      members.set(name, typeAt(tokens, format));
    }
    tokens.take(";");
  }
  tokens.take("}");
  const properties = Object.fromEntries([...members].map(([name, { schema }]) => [name, schema]));
  return { schema: { type: "object", properties, required, additionalProperties: others }, members };
}

/**
 * `X | (Record<string, unknown> | null)` is how "X or nothing" is written there: read as it stands, anything would be
 * an X.
 */
function unionOf(schemas: readonly Schema[]): Schema {
  const flat = schemas.flatMap((schema) => (Array.isArray(schema["anyOf"]) ? (schema["anyOf"] as Schema[]) : [schema]));
  const real = flat.filter((schema) => schema["not"] === undefined);
  const free = (schema: Schema) => schema["type"] === "object" && schema["properties"] === undefined;
  const nullable =
    real.some((schema) => schema["type"] === "null") && real.some((schema) => schema["$ref"] !== undefined);
  const left = nullable ? real.filter((schema) => !free(schema) || schema["additionalProperties"] !== undefined) : real;
  const constants = left.flatMap((schema) => ("const" in schema ? [schema["const"]] : []));
  if (constants.length === left.length) return { enum: constants };
  return left.length === 1 ? (left[0] as Schema) : { anyOf: left };
}
