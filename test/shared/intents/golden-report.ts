/** What an intent would do on a platform, as its golden files keep it: every candidate, why, policy's word, the files. */
import { intents } from "../../../shared/intents/registry.ts";
import { renderChangeSet } from "../../../shared/intents/render.ts";
import type { Platform } from "../../../shared/repository/platform.ts";

/** One text per candidate, best first. */
export function goldenReport(kind: string, platform: Platform): string[] {
  return (intents.get(kind)?.candidates(platform) ?? []).map((candidate) => {
    const rendered = renderChangeSet(candidate.intent, platform);
    if (rendered.kind === "refused") return `${candidate.target}: refused, ${rendered.because}`;
    const { changeSet, verdict, changes } = rendered;
    return [
      `# ${candidate.target} in ${candidate.application}`,
      `# ${candidate.because}`,
      ...changes.map((line) => `# ${line}`),
      `# verdict: ${verdict.decision}`,
      ...verdict.rules.map(({ rule, message }) => `#  ${rule}: ${message}`),
      ...changeSet.files.flatMap(({ path, before, after }) => [
        `=== ${path}${before === null ? " (new)" : ""}`,
        after ?? "",
      ]),
    ].join("\n");
  });
}
