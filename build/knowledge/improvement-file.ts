/** Improvements somebody wrote into a file: one JSON object, or one per line. */
import { readFileSync } from "node:fs";
import * as z from "zod";
import { CATEGORIES, type Improvement, improvementId } from "../../shared/domain/improvement.ts";
import { STATUSES } from "../../shared/domain/lifecycle.ts";
import { UsageError } from "../cli/failure.ts";

/** Of one object that cannot be read: where the mistake is looked for. */
const MOST_LINES = 1_000;
const most = (length: number) => z.string().max(length);

/** What has to be there, and what may be. Fields nobody here reads are no mistake: a record of the school's can be checked, too. */
const Fields = z.looseObject({
  id: most(200).optional(),
  title: z.string({ error: "is needed: what is proposed, in a line" }).trim().min(1).max(300),
  description: most(20_000).default(""),
  category: z.enum(CATEGORIES).default("architecture"),
  type: most(100).default("proposal"),
  implementation_notes: most(20_000).default(""),
  status: z.enum(STATUSES, { error: `one of ${STATUSES.join(", ")}` }).optional(),
  relevance: z.number().min(0).max(1).default(1),
  quotes: z
    .array(
      z.union([most(2_000).transform((text) => ({ text })), z.object({ text: most(2_000), at: most(20).optional() })]),
    )
    .max(50)
    .default([]),
});

export interface Draft {
  /** Line in the file, from 1. */
  readonly line: number;
  readonly improvement: Proposed;
}
/** A record without its status, which is the reader's to say unless the file does. */
export type Proposed = Omit<Improvement, "status"> & Partial<Pick<Improvement, "status">>;

export interface Unreadable {
  readonly line: number;
  readonly problem: string;
}

export function isDraft(one: Draft | Unreadable): one is Draft {
  return "improvement" in one;
}

/**
 * One object, a list of them, or one object per line; empty lines count for nothing. What cannot be read stands among the
 * others with its line, so that nothing is lost. `-` is standard input. Throws UsageError when there is no such file or it is empty.
 */
export async function readImprovements(
  file: string,
  stdin: NodeJS.ReadableStream,
): Promise<readonly (Draft | Unreadable)[]> {
  const text = (await textOf(file, stdin)).replace(/^\ufeff/, "");
  if (text.trim() === "") throw new UsageError(`${file}: it is empty`);
  const whole = parsed(text);
  if ("value" in whole) {
    const values: readonly unknown[] = Array.isArray(whole.value) ? whole.value : [whole.value];
    if (values.length === 0) throw new UsageError(`${file}: the list is empty`);
    return values.map((value) => drafted(value, 1));
  }
  const lines = text.split("\n").map((line, index) => ({ line: index + 1, text: line.trim() }));
  const rows = lines.filter((row) => row.text !== "");
  const results = rows.map((row) => {
    const one = parsed(row.text);
    return "value" in one ? drafted(one.value, row.line) : { line: row.line, problem: `no JSON: ${one.problem}` };
  });
  // Not a single line is JSON: one object over several lines with a mistake in it.
  if (results.every((result) => "problem" in result && result.problem.startsWith("no JSON"))) {
    return [{ line: lineOfMistake(text), problem: `no JSON: ${whole.problem}` }];
  }
  return results;
}

function drafted(value: unknown, line: number): Draft | Unreadable {
  const result = Fields.safeParse(value);
  if (!result.success) {
    const problems = result.error.issues.map(({ path, message }) => `${path.join(".") || "it"}: ${message}`);
    return { line, problem: problems.join("; ") };
  }
  const { id, title, description, category, type, implementation_notes, relevance, quotes, status } = result.data;
  const at = new Date(0).toISOString();
  return {
    line,
    improvement: {
      id: id ?? improvementId("check", `${title}\n${description}`, type),
      title,
      description,
      category,
      type,
      implementation_notes,
      relevance,
      quotes: quotes.map((quote) => ({
        text: quote.text,
        ...("at" in quote && quote.at !== undefined ? { at: quote.at } : {}),
      })),
      source_id: "check",
      source_title: "school check",
      ...(status === undefined ? {} : { status }),
      created_at: at,
      updated_at: at,
    },
  };
}

type Parsed = { readonly value: unknown } | { readonly problem: string };

function parsed(text: string): Parsed {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch (error) {
    return { problem: (error as Error).message };
  }
}

/** The parser does not always say where: the first line with which the text can be no beginning of JSON any more. */
function lineOfMistake(text: string): number {
  const lines = text.split("\n").slice(0, MOST_LINES);
  for (let count = 1; count <= lines.length; count += 1) {
    const beginning = lines.slice(0, count).join("\n").trimEnd();
    const one = parsed(beginning);
    if ("value" in one || /^Unexpected end|^Unterminated/.test(one.problem)) continue;
    const at = /at position (\d+)/.exec(one.problem)?.[1];
    if (at === undefined || Number(at) < beginning.length) return count;
  }
  return lines.length;
}

async function textOf(file: string, stdin: NodeJS.ReadableStream): Promise<string> {
  if (file === "-") {
    const parts: Buffer[] = [];
    for await (const part of stdin) parts.push(Buffer.from(part));
    return Buffer.concat(parts).toString("utf8");
  }
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new UsageError(
      `${file}: ${(error as NodeJS.ErrnoException).code === "ENOENT" ? "there is no such file" : (error as Error).message}`,
    );
  }
}
