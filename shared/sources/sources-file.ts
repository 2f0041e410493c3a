/** The file SOURCES names: what the school looks at by itself. Pure; every problem with its line. */
import * as z from "zod";
import { WATCH_NAME } from "../domain/events.ts";
import { SOURCE_KINDS } from "../domain/source-kinds.ts";
import { cleanLine } from "../domain/text.ts";
import { parseValues } from "../repository/parse.ts";
import type { RepositoryFile } from "../repository/platform.ts";
import { positionIn, yamlErrors } from "../repository/positions.ts";
import type { WatchedSource } from "../source-ports.ts";

const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
/** Nobody publishes faster, and a look that is never due is a mistake. */
const SHORTEST_MS = 10_000;
const LONGEST_MS = 30 * 86_400_000;
const MOST_SOURCES = 500;

const Every = z
  .string("must be a time between two looks, as in 30m, 1h or 2d")
  .transform((text) => {
    const [, count = "", unit = ""] = /^\s*(\d{1,6})\s*([smhd])\s*$/.exec(text) ?? [];
    return Number(count) * (UNITS[unit] ?? Number.NaN);
  })
  .refine((ms) => !Number.isNaN(ms), "must be a time between two looks, as in 30m, 1h or 2d")
  .refine((ms) => Number.isNaN(ms) || (ms >= SHORTEST_MS && ms <= LONGEST_MS), "must be between 10s and 30d");

const Entry = z.strictObject({
  name: z
    .string("is needed: letters, digits and dashes")
    .regex(WATCH_NAME, "must be letters, digits and dashes, at most 60"),
  kind: z.enum(SOURCE_KINDS, `must be one of ${SOURCE_KINDS.join(", ")}`),
  address: z
    .string("is needed: what to look at")
    .transform((text) => text.trim())
    .refine((text) => text !== "" && text.length <= 2_000 && cleanLine(text) === text, "must be one line of text"),
  every: Every.default(UNITS["h"] ?? 0),
  daily_limit: z
    .int("must be a whole number")
    .min(1, "must be 1 at least")
    .max(1_000, "must be 1000 at most")
    .default(10),
  options: z.record(z.string(), z.unknown(), "must be settings: name: value").default({}),
});

const Form = z.strictObject({
  sources: z
    .array(Entry, "must be a list of sources")
    .max(MOST_SOURCES, `holds more than ${MOST_SOURCES} sources`)
    .superRefine(eachNameOnce),
});

/** The watched sources, or everything that does not fit, each sentence with the line it is about. */
export function watchedSourcesIn(content: string): readonly WatchedSource[] | { readonly problems: readonly string[] } {
  // Read as any other YAML of a repository; the name only says that it is YAML.
  const file: RepositoryFile = { path: "sources.yaml", blob: "", content };
  const errors = yamlErrors(file);
  if (errors.length > 0) return { problems: errors.map(({ line, message }) => `line ${line}: ${message}`) };
  const value = parseValues(file);
  if (value === undefined) return { problems: ["it cannot be read as YAML: it is too large, or its aliases are"] };
  if (value === null) return { problems: ["it is empty; it needs a list `sources`"] };
  const parsed = Form.safeParse(value);
  if (!parsed.success) return { problems: parsed.error.issues.map((issue) => problem(file, issue)) };
  return parsed.data.sources.map(({ name, kind, address, every, daily_limit: dailyLimit, options }) => {
    return { name, kind, address, everyMs: every, dailyLimit, options };
  });
}

function eachNameOnce(
  entries: readonly { readonly name: string; readonly kind: string; readonly address: string }[],
  context: z.RefinementCtx,
): void {
  const names = new Set<string>();
  const places = new Map<string, string>();
  for (const [i, { name, kind, address }] of entries.entries()) {
    const place = `${kind} ${address}`;
    const before = places.get(place);
    if (names.has(name)) context.addIssue({ code: "custom", path: [i, "name"], message: `${name} is there twice` });
    else if (before !== undefined)
      context.addIssue({ code: "custom", path: [i, "address"], message: `it is watched as ${before} already` });
    names.add(name);
    places.set(place, before ?? name);
  }
}

function problem(file: RepositoryFile, issue: z.core.$ZodIssue): string {
  const keys = issue.path.filter((key) => typeof key !== "symbol");
  const [unknown] = issue.code === "unrecognized_keys" ? issue.keys : [];
  const place = unknown === undefined ? keys : [...keys, unknown];
  const line = positionIn(file, 0, place)?.line ?? 1;
  const message = unknown === undefined ? issue.message : "there is no such setting";
  return `line ${line}: ${place.length === 0 ? "" : `${place.join(".")}: `}${message}`.slice(0, 400);
}
