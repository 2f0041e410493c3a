/** Adds a file to a ConfigMap that is there, by inserting lines; everything else stays byte for byte. */
import { isDeepStrictEqual } from "node:util";
import { isMap, isScalar } from "yaml";
import type { FileChange } from "../../../domain/change-set.ts";
import { parseFile, readDocuments } from "../../../repository/parse.ts";
import type { Platform, Resource } from "../../../repository/platform.ts";
import { type Fields, fieldsAt } from "../../../repository/values.ts";

/** `content` as `data.<key>` behind the last file of `configMap`; a text says why its form is left alone. */
export function addFile(platform: Platform, configMap: Resource, key: string, content: string): FileChange | string {
  const file = platform.files.get(configMap.path);
  const text = file?.content;
  if (file === undefined || text == null) return `${configMap.path} cannot be read`;
  if (Object.hasOwn(fieldsAt(configMap.object, "data"), key)) return `${configMap.path} already holds ${key}`;
  const left = `${configMap.path}: its data are written in a form that is left alone`;
  const document = readDocuments(text)[configMap.document];
  const data: unknown = document?.get("data", true);
  if (!isMap(data) || data.flow === true) return left;
  const last = data.items.at(-1);
  const first = data.items[0]?.key;
  const start = isScalar(first) ? first.range?.[0] : undefined;
  const end = (last?.value as { range?: readonly number[] | null } | null | undefined)?.range?.[1];
  if (start === undefined || end === undefined) return left;
  const indent = text.slice(text.lastIndexOf("\n", start - 1) + 1, start);
  if (!/^ +$/.test(indent)) return left;
  const newline = text.includes("\r\n") ? "\r\n" : "\n";
  const behind = text[end - 1] === "\n" ? end : text.indexOf("\n", end) + 1;
  const at = behind === 0 ? text.length : behind;
  const before = text.slice(0, at);
  const lines = content.replace(/\n$/, "").split("\n");
  const block = [`${indent}${key}: |`, ...lines.map((line) => `${indent}  ${line}`)].join(newline);
  const after = `${before}${before.endsWith("\n") ? "" : newline}${block}${newline}${text.slice(at)}`;
  return isOnlyAdded(configMap, text, after, key, content) ? { path: file.path, before: file.blob, after } : left;
}

function isOnlyAdded(
  { path, document }: Resource,
  before: string,
  after: string,
  key: string,
  content: string,
): boolean {
  const [was, is] = [before, after].map((text) => parseFile({ path, blob: "", content: text }).documents);
  const old = was?.find((one) => one.document === document)?.value;
  if (was === undefined || is === undefined || old === undefined || was.length !== is.length) return false;
  const expected: Fields = { ...old, data: { ...fieldsAt(old, "data"), [key]: content } };
  return is.every((one, index) => {
    const wanted = one.document === document ? expected : was[index]?.value;
    return isDeepStrictEqual(one.value, wanted);
  });
}
