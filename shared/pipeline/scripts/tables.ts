/** The lifecycle, the registry and the versions of what is stored as Lua, so that the scripts hold the same rules as the code. */
import { lifecycle, NEEDS_LOCK, RELEASES_LOCK, STATUSES } from "../../domain/lifecycle.ts";
import { DATA_SCHEMA } from "../../domain/schema/event.ts";
import { LAYOUT } from "../../domain/schema/layout.ts";
import { RECORD_SCHEMA } from "../../domain/schema/record.ts";
import { listenersOf, STAGES, stageEntry } from "../../stages.ts";

function luaSet(items: readonly string[]): string {
  return `{${items.map((item) => `[${JSON.stringify(item)}]=true`).join(",")}}`;
}
function luaMap(entries: readonly (readonly [string, string])[]): string {
  return `{${entries.map(([key, value]) => `[${JSON.stringify(key)}]=${value}`).join(",")}}`;
}

export const tables = `
local BY_STAGE = ${luaMap(STATUSES.map((status) => [status, luaSet(lifecycle[status].stage)]))}
local BY_PERSON = ${luaMap(STATUSES.map((status) => [status, luaSet(lifecycle[status].person)]))}
local LISTENERS = ${luaMap(
  STATUSES.map((status) => [
    status,
    `{${listenersOf(status)
      .map((stage) => JSON.stringify(stage))
      .join(",")}}`,
  ]),
)}
local TAKES = ${luaMap(
  STAGES.flatMap((stage) => {
    const entry = stageEntry(stage);
    return entry.kind === "owner" ? [[stage, JSON.stringify(entry.takes)] as const] : [];
  }),
)}
local RELEASES = ${luaSet(RELEASES_LOCK)}
local NEEDS_LOCK = ${luaSet(NEEDS_LOCK)}
-- The record version this program reads and writes.
local SCHEMA = ${RECORD_SCHEMA}
local LAYOUT = ${LAYOUT}
local DATA_SCHEMA = '"dataschema":${JSON.stringify(DATA_SCHEMA)},'
`;
