/** Finds one version of a prompt by what a person types. */
import { Failure, UsageError } from "../cli/failure.ts";
import type { PromptFile } from "./files.ts";

/** All versions of the prompt, the oldest first. `name`: `<stage>/<name>`, or the name alone where only one has it. */
export function versionsOf(files: readonly PromptFile[], name: string): readonly PromptFile[] {
  const called = Map.groupBy(files, (file) => `${file.stage}/${file.name}`);
  const exact = called.get(name);
  if (exact !== undefined) return exact;
  const likely = [...called].filter(([full]) => full.endsWith(`/${name}`));
  const [only] = likely;
  if (likely.length === 1 && only !== undefined) return only[1];
  const names = (likely.length === 0 ? [...called.keys()] : likely.map(([full]) => full)).join(", ");
  throw new Failure(
    likely.length === 0 ? `No prompt is called ${name}; there are ${names}` : `${name} may be each of ${names}`,
  );
}

/** Throws a UsageError when `version` is no number, a Failure when the prompt has no such version. */
export function versionOf(versions: readonly PromptFile[], version: string): PromptFile {
  if (!/^v?[0-9]+$/u.test(version)) throw new UsageError(`${version} is no version: 1, 2, …`);
  const found = versions.find((file) => file.version === Number(version.replace("v", "")));
  if (found !== undefined) return found;
  const [first] = versions;
  const there = versions.map((file) => file.version).join(", ");
  throw new Failure(`${first?.stage}/${first?.name} has no version ${version}, but ${there}`);
}
