/** Known issues, from a file of the repository or from GitHub: what is wrong already, and what people do about it. */
import { isNode, isSeq, LineCounter, type Node, parseDocument } from "yaml";
import * as z from "zod";
import type { Chunk } from "../../knowledge-ports.ts";
import { redactText } from "../../repository/redact.ts";
import { newChunk } from "./chunk.ts";
import { cut, type Lines, linesOf, merged, textOf } from "./piece.ts";

const text = z.string().trim();
const texts = z.union([text.min(1).transform((one) => [one]), z.array(text.min(1))]);
const KnownIssue = z.strictObject({
  id: z.union([text.min(1), z.number().transform(String)]),
  title: text.min(1),
  description: text.optional(),
  symptoms: texts.optional(),
  workaround: text.optional(),
  status: text.optional(),
  /** Names of components, namespaces or objects. */
  affects: texts.optional(),
});
/** Characters of a body: people paste logs. */
const BODY = 20_000;

export interface GitHubIssue {
  readonly number: number;
  readonly title: string;
  readonly body?: string | null;
  readonly state: string;
  readonly labels?: readonly (string | { readonly name?: string })[];
  readonly html_url: string;
}

export interface ReadIssues {
  readonly chunks: readonly Chunk[];
  /** `path:line: what is wrong`; these issues are left out, the others are not. */
  readonly problems: readonly string[];
}

/**
 * Issues of a YAML file: a list, or a mapping with `issues`. An issue that is not written as it should be is named with
 * its line and what is wrong; a file that is no YAML has one problem and no chunks.
 */
export function chunksOfIssues(given: {
  readonly source: string;
  readonly path: string;
  readonly text: string;
}): ReadIssues {
  const { source, path } = given;
  const plain = given.text.replace(/^\ufeff/, "").replaceAll("\r\n", "\n");
  const lines = linesOf(redactText(plain));
  const lineCounter = new LineCounter();
  const document = parseDocument(plain, { prettyErrors: false, logLevel: "silent", lineCounter });
  const lineOf = (offset: number): number => lineCounter.linePos(offset).line;
  const [broken] = document.errors;
  if (broken !== undefined) {
    return { chunks: [], problems: [`${path}:${lineOf(broken.pos[0])}: not YAML: ${firstLine(broken.message)}`] };
  }
  const root: unknown = isSeq(document.contents) ? document.contents : document.get("issues", true);
  if (!isSeq(root))
    return { chunks: [], problems: [`${path}:1: expected a list of issues, or a mapping with \`issues\``] };
  const nodes = root.items.filter((item): item is Node => isNode(item));
  const seen = new Map<string, number>();
  const problems: string[] = [];
  const chunks = nodes.flatMap((node, at): readonly Chunk[] => {
    const from = lineOf(node.range?.[0] ?? 0);
    const next = nodes[at + 1]?.range?.[0];
    const to = next === undefined ? lineOf(Math.max(0, (node.range?.[1] ?? 1) - 1)) : Math.max(from, lineOf(next) - 1);
    const read = KnownIssue.safeParse(node.toJS(document));
    const problem = read.success ? sameId(read.data.id, from, seen) : firstProblem(read.error);
    if (problem !== undefined) problems.push(`${path}:${from}: ${problem}`);
    if (problem !== undefined || !read.success) return [];
    return issueChunks({ source, path, from, to, ...read.data }, lines);
  });
  return { chunks, problems };
}

/** The same of GitHub's API; pull requests are to be left out before. `path` is the issue's address. */
export function chunksOfGitHubIssues(source: string, issues: readonly GitHubIssue[]): readonly Chunk[] {
  return issues.flatMap(({ number, title, body, state, labels = [], html_url }) => {
    const names = labels
      .map((label) => (typeof label === "string" ? label : (label.name ?? "")))
      .filter((name) => name !== "");
    const about = names.length === 0 ? [] : [`Labels: ${names.join(", ")}`];
    const whole = [title, `State: ${state}`, ...about, "", (body ?? "").replaceAll("\r\n", "\n").slice(0, BODY)].join(
      "\n",
    );
    const lines = linesOf(redactText(whole.trimEnd()));
    const to = lines.all.length;
    return issueChunks({ source, path: html_url, from: 1, to, id: `#${number}`, title, status: state }, lines);
  });
}

interface Place {
  readonly source: string;
  readonly path: string;
  readonly from: number;
  readonly to: number;
  readonly id: string;
  readonly title: string;
  readonly status?: string | undefined;
}

function issueChunks({ source, path, from, to, id, title, status }: Place, lines: Lines): readonly Chunk[] {
  const place = redactText(`${id} ${title}`).replaceAll(/\s+/g, " ").slice(0, 200);
  const units = merged(cut({ path: [], from, to }, lines), lines);
  return units.map((unit, part) =>
    newChunk(
      {
        corpus: "issues",
        source,
        path,
        place,
        name: redactText(id),
        from: unit.from,
        to: unit.to,
        ...(status === undefined ? {} : { status }),
        text: textOf(unit, lines).trim(),
      },
      part,
    ),
  );
}

function sameId(id: string, line: number, seen: Map<string, number>): string | undefined {
  const before = seen.get(id);
  seen.set(id, before ?? line);
  return before === undefined ? undefined : `\`${id}\` is the id of the issue in line ${before} too`;
}

function firstProblem({ issues }: z.ZodError): string {
  const [first] = issues;
  const field = first?.path.join(".") ?? "";
  return `${field === "" ? "" : `\`${field}\`: `}${firstLine(first?.message ?? "not an issue")}`;
}

function firstLine(message: string): string {
  return (message.split("\n")[0] ?? "").slice(0, 200);
}
