/** Improvements to route, one JSON object per line; what is missing is filled in, what is wrong is said with its line. */
import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import * as z from "zod";
import { CATEGORIES } from "../../shared/domain/improvement.ts";
import { cleanLine, cleanText } from "../../shared/domain/text.ts";
import type { RoutableText } from "../../shared/routing-ports.ts";

const Line = z.object({
  id: z.union([z.string().max(200), z.number()]).optional(),
  title: z.string({ error: "a text is needed" }).min(1).max(2_000),
  description: z.string().max(100_000).nullish(),
  implementation_notes: z.string().max(100_000).nullish(),
  notes: z.string().max(100_000).nullish(),
  category: z.string().nullish(),
  type: z.string().max(200).nullish(),
});

export interface RoutableLine {
  /** From 1. */
  readonly line: number;
  readonly id: string;
  readonly text: RoutableText;
  /** The category is none of ours, and was passed over. */
  readonly note?: string;
}

export interface BadLine {
  readonly line: number;
  readonly problem: string;
}

/** Empty lines are passed over. Throws what reading throws. */
export async function readLines(
  file: string,
  stdin: NodeJS.ReadableStream,
): Promise<readonly (RoutableLine | BadLine)[]> {
  const all = file === "-" ? await text(stdin) : await readFile(file, "utf8");
  const lines = all.replace(/^\uFEFF/, "").split(/\r?\n/);
  return lines.flatMap((raw, at) => (raw.trim() === "" ? [] : [parsed(raw, at + 1)]));
}

function parsed(raw: string, line: number): RoutableLine | BadLine {
  let json: unknown;
  try {
    json = JSON.parse(raw);
  } catch (error) {
    return { line, problem: `not JSON: ${(error as Error).message}` };
  }
  const read = Line.safeParse(json);
  if (!read.success) {
    const [issue] = read.error.issues;
    return { line, problem: `${issue?.path.join(".") || "the line"}: ${issue?.message ?? "not usable"}` };
  }
  const { id, title, description, implementation_notes, notes, category, type } = read.data;
  const claimed = CATEGORIES.find((one) => one === category?.trim().toLowerCase());
  const isForeign = typeof category === "string" && category.trim() !== "" && claimed === undefined;
  return {
    line,
    id: String(id ?? line),
    text: {
      title: cleanLine(title),
      description: cleanText(description ?? ""),
      implementation_notes: cleanText(implementation_notes ?? notes ?? ""),
      type: cleanLine(type ?? ""),
      category: claimed,
    },
    ...(isForeign ? { note: `category ${cleanLine(category).slice(0, 60)} is none of ${CATEGORIES.join(", ")}` } : {}),
  };
}
