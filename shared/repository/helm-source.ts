/** How an Application renders a chart: which values, in which order, under which name. */

import { parseDocument } from "./parse.ts";
import type { HelmSource } from "./platform.ts";
import { type Fields, fieldsAt, isFields, itemsAt, listAt, textAt } from "./values.ts";

/** `path`: the chart's folder. What nobody here can follow is named in `unknown` (argo-cd: docs/user-guide/helm.md). */
export function helmSourceOf(source: Fields, application: string, path: string): HelmSource {
  const helm = fieldsAt(source, "helm");
  const given = listAt(helm, "valueFiles");
  const files = given.map((file) => (typeof file === "string" ? inRepository(path, file) : undefined));
  const values = inlineValues(helm);
  const unknown = unknownIn(helm, files.includes(undefined), values === undefined);
  return {
    releaseName: textAt(helm, "releaseName") ?? application,
    valueFiles: files.filter((file) => file !== undefined),
    ...(isFields(values) && Object.keys(values).length > 0 ? { values } : {}),
    ...(unknown === undefined ? {} : { unknown }),
  };
}

function unknownIn(helm: Fields, hasOtherFiles: boolean, hasOddValues: boolean): string | undefined {
  if (hasOtherFiles) return "it takes values from outside of this repository";
  if (hasOddValues) return "its values cannot be read";
  if (itemsAt(helm, "parameters").length > 0) return "its Application sets parameters one by one";
  const other = ["fileParameters", "ignoreMissingValueFiles", "kubeVersion", "apiVersions", "version", "namespace"];
  const found = other.find((key) => helm[key] !== undefined);
  return found === undefined ? undefined : `its Application sets helm.${found}`;
}

/** `valuesObject` wins over `values`, a text. */
function inlineValues(helm: Fields): Fields | undefined {
  if (isFields(helm["valuesObject"])) return helm["valuesObject"];
  const text = textAt(helm, "values");
  if (text === undefined) return {};
  const value = parseDocument(text);
  if (value === null) return {};
  return isFields(value) ? value : undefined;
}

/** Relative to the chart, or from the repository's root with a leading slash. */
function inRepository(path: string, file: string): string | undefined {
  if (/^[a-z][a-z0-9+.-]*:\/\/|^\$|[*?[{]/i.test(file)) return undefined;
  const parts = file.startsWith("/") || path === "" ? [] : path.split("/");
  for (const part of file.split("/")) {
    if (part === "" || part === ".") continue;
    if (part === ".." && parts.pop() === undefined) return undefined;
    if (part !== "..") parts.push(part);
  }
  return parts.join("/");
}
