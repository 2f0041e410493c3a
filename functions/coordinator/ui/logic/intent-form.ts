/** A form for an intent, from the JSON Schema of its kind; whatever no plain field can hold is a field of JSON. */

export type Schema = Readonly<Record<string, unknown>>;

export interface Field {
  /** Joined with dots: how a refusal names it. */
  readonly path: string;
  readonly control: "text" | "number" | "choice" | "json";
  /** Of a choice, as JSON values. */
  readonly choices: readonly unknown[];
  readonly required: boolean;
  readonly longest?: number;
}

/** What stands in the fields, as text, by path. */
export type Values = Readonly<Record<string, string>>;

const DEEPEST = 4;

/** In the order of the schema. `kind` has no field: it is chosen, or stays. */
export function fieldsOf(schema: Schema): Field[] {
  return fieldsIn(schema, []).filter(({ path }) => path !== "kind");
}

function fieldsIn(schema: Schema, path: readonly string[]): Field[] {
  const required = new Set(listIn(schema["required"]));
  return Object.entries(objectIn(schema["properties"]) ?? {}).flatMap(([name, value]) => {
    const own = objectIn(value) ?? {};
    const at = [...path, name];
    const nested = own["type"] === "object" && objectIn(own["properties"]) !== undefined && at.length < DEEPEST;
    return nested ? fieldsIn(own, at) : [fieldOf(own, at.join("."), required.has(name))];
  });
}

function fieldOf(schema: Schema, path: string, required: boolean): Field {
  const { type, maxLength } = schema;
  const choices = choicesOf(schema);
  const longest = typeof maxLength === "number" ? { longest: maxLength } : {};
  if (choices !== undefined) return { path, control: "choice", choices, required };
  if (type === "string") return { path, control: "text", choices: [], required, ...longest };
  const control = type === "integer" || type === "number" ? "number" : "json";
  return { path, control, choices: [], required };
}

function choicesOf(schema: Schema): readonly unknown[] | undefined {
  if (Array.isArray(schema["enum"])) return schema["enum"] as unknown[];
  if ("const" in schema) return [schema["const"]];
  if (schema["type"] === "boolean") return [true, false];
  const parts = schema["anyOf"];
  if (!Array.isArray(parts)) return undefined;
  const values = parts.map((part) => choicesOf(objectIn(part) ?? {}));
  return values.every((one) => one !== undefined) ? values.flat() : undefined;
}

/** What stands in `intent` now, for each field. */
export function valuesOf(fields: readonly Field[], intent: Schema): Values {
  return Object.fromEntries(fields.map(({ path, control }) => [path, textOf(valueAt(intent, path), control)]));
}

export interface Written {
  readonly intent: Schema;
  /** By path, what cannot even be sent. */
  readonly problems: Readonly<Record<string, string>>;
}

/** The intent the fields say. What is empty and may be absent is absent; a part nobody began is absent as a whole. */
export function intentOf(kind: string, fields: readonly Field[], values: Values): Written {
  const intent: Record<string, unknown> = { kind };
  const problems: Record<string, string> = {};
  const begun = fields.filter(({ path }) => (values[path] ?? "") !== "").map(({ path }) => parentOf(path));
  for (const field of fields) {
    const text = values[field.path] ?? "";
    const parent = parentOf(field.path);
    if (text === "" && (!field.required || field.control !== "text" || (parent !== "" && !begun.includes(parent))))
      continue;
    try {
      put(intent, field.path.split("."), valueIn(field, text));
    } catch (error) {
      problems[field.path] = `is not JSON: ${(error as Error).message}`;
    }
  }
  return { intent, problems };
}

/** Throws SyntaxError for a field of JSON that is none. A number that is none stays text: the coordinator says so. */
function valueIn({ control, choices }: Field, text: string): unknown {
  if (control === "choice") return choices.find((one) => String(one) === text) ?? text;
  if (control === "number") return text.trim() !== "" && Number.isFinite(Number(text)) ? Number(text) : text;
  return control === "json" ? JSON.parse(text) : text;
}

/** Which field each refusal is about; `""` has what is about none. `intent.limits.memory: not a quantity` */
export function problemsAt(fields: readonly Field[], said: readonly string[]): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const problem of said) {
    const [, at = "", words = problem] = /^intent((?:\.[^\s.:]+)*): (.*)$/s.exec(problem) ?? [];
    const path = at.slice(1);
    const field =
      path === ""
        ? undefined
        : fields.find((one) => one.path === path || path.startsWith(`${one.path}.`) || one.path.startsWith(`${path}.`));
    const key = field?.path ?? "";
    const text = field === undefined ? problem : words;
    found[key] = found[key] === undefined ? text : `${found[key]}; ${text}`;
  }
  return found;
}

/** `serviceAccount.name` → `Service account, name` */
export function nameOfField(path: string): string {
  const words = path.split(".").map((part) => part.replaceAll(/(?<=[a-z])(?=[A-Z])/g, " ").toLowerCase());
  const text = words.join(", ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function textOf(value: unknown, control: Field["control"]): string {
  if (value === undefined) return "";
  if (control === "json") return JSON.stringify(value, null, 2);
  return typeof value === "string" ? value : JSON.stringify(value);
}

function valueAt(value: unknown, path: string): unknown {
  return path.split(".").reduce<unknown>((at, name) => {
    const object = objectIn(at);
    return object !== undefined && Object.hasOwn(object, name) ? object[name] : undefined;
  }, value);
}

function put(object: Record<string, unknown>, [name = "", ...rest]: readonly string[], value: unknown): void {
  if (rest.length === 0) {
    object[name] = value;
    return;
  }
  const inner = (objectIn(object[name]) as Record<string, unknown> | undefined) ?? {};
  object[name] = inner;
  put(inner, rest, value);
}

const parentOf = (path: string) => path.split(".").slice(0, -1).join(".");

function objectIn(value: unknown): Schema | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Schema) : undefined;
}

function listIn(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === "string") : [];
}
