/** The text of one entry of a ConfigMap's `data`, written back into the YAML it stands in. */
import { isScalar } from "yaml";
import { readDocuments } from "../../../repository/parse.ts";
import { type Outcome, type Step, setStep } from "../../edit/yaml-steps.ts";

/** `data[key]` becomes `next`, which differs in one line or has one line more. */
export function entryStep(key: string, next: string): Step {
  const single = setStep(["data", key], next);
  return {
    edit(text, document) {
      const node = readDocuments(text)[document]?.getIn(["data", key], true);
      if (!isScalar(node) || typeof node.value !== "string" || node.range == null)
        return { because: `data.${key} is no text` };
      if (node.type === "BLOCK_FOLDED") return { because: `data.${key} is folded text, which is left alone` };
      if (node.type !== "BLOCK_LITERAL") return single.edit(text, document);
      return inBlock(text, node.range[0], node.value, next, key);
    },
    change(object) {
      (object["data"] as Record<string, unknown>)[key] = next;
    },
  };
}

/** A line of literal block text is a line of the file, further in. */
function inBlock(text: string, header: number, before: string, next: string, key: string): Outcome {
  const left = (because: string): Outcome => ({ because: `data.${key} ${because}` });
  const [old, wanted] = [before.split("\n"), next.split("\n")];
  const at = wanted.findIndex((line, index) => line !== old[index]);
  const first = text.indexOf("\n", header) + 1;
  if (at === -1 || first === 0) return left("has a form that is left alone");
  const source = text.slice(first).split("\n");
  const indent = indentOf(source, old);
  if (indent === undefined) return left("has an indentation that is left alone");
  const line = `${indent}${wanted[at] ?? ""}`;
  if (wanted.length === old.length) {
    const was = source[at] ?? "";
    if (was.replace(/\r$/, "") !== `${indent}${old[at] ?? ""}`) return left("has a form that is left alone");
    source[at] = was.endsWith("\r") ? `${line}\r` : line;
    return { text: text.slice(0, first) + source.join("\n") };
  }
  if (wanted.length !== old.length + 1) return left("would change in more than one line");
  const newline = text.includes("\r\n") ? "\r" : "";
  if (at < source.length) source.splice(at, 0, line + newline);
  else {
    // Where the file ends without a newline, the line before has none either.
    source.push(`${source.pop() ?? ""}${newline}`, line);
  }
  return { text: text.slice(0, first) + source.join("\n") };
}

function indentOf(source: readonly string[], lines: readonly string[]): string | undefined {
  const index = lines.findIndex((line) => line.trim() !== "");
  const [written, line] = [(source[index] ?? "").replace(/\r$/, ""), lines[index] ?? ""];
  const indent = written.slice(0, Math.max(0, written.length - line.length));
  return index >= 0 && /^ +$/.test(indent) && written === indent + line ? indent : undefined;
}
