/** The first screen: where the school is, who may do what, what is real, what to try next. */
import path from "node:path";
import { STAGES } from "../../shared/stages.ts";
import { ROOT } from "../bundle/targets.ts";
import { REAL_PARTS } from "./environment.ts";
import type { LocalSchool } from "./school.ts";

export function banner({ url, tokens, real, own, repository, dataDir }: LocalSchool): string {
  const standIns = Object.values(REAL_PARTS).filter((part) => !real.includes(part) && !own.includes(part));
  const data = dataDir === path.join(ROOT, ".school") ? "" : `SCHOOL_DATA_DIR=${dataDir} `;
  const school = `${data}./build/cli/school.mjs`;
  const lines: (readonly [string, string])[] = [
    // A fragment stays in the browser, which takes it out of the address at once. The reviewer's: it can decide, not repair.
    ["dashboard", `${url}/#token=${tokens.reviewer}`],
    ["address", url],
    ["tokens", `operator ${tokens.operator}`],
    ["", `reviewer ${tokens.reviewer}`],
    ["", `viewer   ${tokens.viewer}`],
    ["yours", real.length === 0 ? "nothing: no real part is configured (.env)" : real.join(", ")],
    ["local", `${own.join(", ")} (real servers, data in ${dataDir})`],
    ["stand-in", standIns.length === 0 ? "nothing" : standIns.join(", ")],
    ["repository", repository],
    ["asleep", `${STAGES.length} functions; they start when there is work and go when it is done`],
    ["try", `${school} learn build/local/samples/talks/*`],
    ["", `${school} watch`],
    ["", `${school} list --status pending_review`],
  ];
  const body = lines.map(([name, text]) => `  ${name.padEnd(11)}${text}`).join("\n");
  return `\nCortex Online School is running. Stop it with Ctrl-C; what it knows stays.\n\n${body}\n\n`;
}
