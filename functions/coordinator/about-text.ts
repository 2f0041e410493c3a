/** How far an upgrade is, in words. Apart from what reads it, so that the command line carries only this. */
import type { UpgradeState } from "./about.ts";

export function upgradeText({ state, because, records, layout }: UpgradeState): string {
  if (state === "done") return `records are of version ${records.newest}, keys of layout ${layout.newest}`;
  if (state === "waiting") return `records are brought to version ${records.newest} when these have gone: ${because}`;
  return `records are brought to version ${records.newest}: ${records.looked} looked at, ${records.migrated} brought forward`;
}
