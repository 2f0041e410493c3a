/**
 * Fills the template of an ApplicationSet with the values of one generated row, the two ways Argo CD does: Go templates
 * with `goTemplate: true`, else `{{name}}` alone (its applicationset/utils/utils.go).
 */
import { evaluate } from "./templates/evaluate.ts";
import { plainFunctions } from "./templates/functions.ts";
import { parseTemplate } from "./templates/parse.ts";
import { NotUnderstood } from "./templates/syntax.ts";
import { type Fields, isFields } from "./values.ts";

/** What one Application is made of: nested for Go templates, else flat texts. */
export type Row = Fields;

/** Every text inside `node` filled. Throws NotUnderstood when one of them needs what is not known. */
export function fill(node: unknown, row: Row, goTemplate: boolean): unknown {
  if (typeof node === "string") return fillText(node, row, goTemplate);
  if (Array.isArray(node)) return node.map((item) => fill(item, row, goTemplate));
  if (!isFields(node)) return node;
  return Object.fromEntries(Object.entries(node).map(([key, entry]) => [key, fill(entry, row, goTemplate)]));
}

function fillText(text: string, row: Row, goTemplate: boolean): string {
  if (!text.includes("{{")) return text;
  return goTemplate ? fillGoTemplate(text, row) : fillNames(text, row);
}

function fillGoTemplate(text: string, row: Row): string {
  const { body, named } = parseTemplate(text);
  return evaluate(body, row, { functions: plainFunctions, named, missing: "refuse" });
}

/** A name nobody knows stays as it stands in Argo CD, and no Application is called `{{x}}` on purpose. */
function fillNames(text: string, row: Row): string {
  return text.replace(/\{\{(.*?)\}\}/gs, (_, expression: string) => {
    const name = expression.trim().replace(/^\./, "");
    const value = Object.hasOwn(row, name) ? row[name] : undefined;
    if (typeof value !== "string") throw new NotUnderstood(`{{${expression}}} is no value of its generator`);
    return value;
  });
}
