/** Functions of Helm's templates beside the plain ones. What needs a cluster, files or chance is not among them. */
import { createHash } from "node:crypto";
import { stringify } from "yaml";
import type { TemplateFunction } from "./templates/evaluate.ts";
import { plainFunctions } from "./templates/functions.ts";
import { NotUnderstood } from "./templates/syntax.ts";
import { textOf, wholeNumber } from "./templates/values.ts";

export const helmFunctions: Readonly<Record<string, TemplateFunction>> = {
  ...plainFunctions,
  include: ([name, dot], run) => run(textOf(name), dot),
  required: ([message, value]) => {
    if (value === undefined || value === null || value === "") throw new NotUnderstood(`required: ${textOf(message)}`);
    return value;
  },
  toYaml: ([value]) => yaml(value),
  toJson: ([value]) => JSON.stringify(value ?? null),
  indent: ([width, text]) => indented(wholeNumber(width), textOf(text)),
  nindent: ([width, text]) => `\n${indented(wholeNumber(width), textOf(text))}`,
  sha256sum: ([text]) => createHash("sha256").update(textOf(text)).digest("hex"),
  b64enc: ([text]) => Buffer.from(textOf(text)).toString("base64"),
};

/** Not Helm's bytes, yet what a reader of YAML makes of them: every text in quotes, so that none turns into something else. */
function yaml(value: unknown): string {
  const options = {
    lineWidth: 0,
    defaultStringType: "QUOTE_DOUBLE",
    defaultKeyType: "PLAIN",
    aliasDuplicateObjects: false,
  } as const;
  return stringify(value ?? null, options).trimEnd();
}

function indented(width: number, text: string): string {
  if (width < 0 || width > 100) throw new NotUnderstood("an indentation of this width");
  return text.replace(/^/gm, " ".repeat(width));
}
