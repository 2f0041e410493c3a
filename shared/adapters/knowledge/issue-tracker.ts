/** The issues of a GitHub repository as a source: untrusted text, asked for only when something changed. */
import { createHash } from "node:crypto";
import * as z from "zod";
import { chunksOfGitHubIssues } from "../../knowledge/chunking/chunk-issues.ts";
import type { SourceReader } from "../../knowledge/indexing/ports.ts";
import type { GitHubClient } from "../github/client.ts";
import { GitHubRefusal } from "../github/fates.ts";

const Label = z.union([z.string(), z.object({ name: z.string().optional() })]);
const Issue = z.object({
  number: z.number().int().positive(),
  title: z.string(),
  body: z.string().nullish(),
  state: z.string(),
  labels: z.array(Label).default([]),
  html_url: z.url({ protocol: /^https?$/ }),
  updated_at: z.string(),
  /** A pull request is an issue to GitHub, not to us. */
  pull_request: z.unknown().optional(),
});
const Page = z.array(Issue);
type Listed = z.infer<typeof Issue>;

interface First {
  readonly version: string;
  readonly page: readonly Listed[];
}

const SOURCE = "issues";
const ENTITY_TAG = /^(W\/)?"[^"]*"$/;
const PER_PAGE = 100;
/** The newest issues; who has more keeps what is known elsewhere. */
const MOST_PAGES = 50;

/**
 * Its version is the entity tag of the first page, newest change first: any change shows there, and asking for it again
 * costs nothing of GitHub's limits (docs.github.com, Best practices for using the REST API, conditional requests).
 */
export function issueTracker(client: GitHubClient, versionBefore: () => Promise<string | undefined>): SourceReader {
  /** Of the version last asked for. */
  let first: First | undefined;
  let all: { readonly version: string; readonly issues: ReadonlyMap<string, Listed> } | undefined;

  async function page(number: number, tag: string | undefined, signal?: AbortSignal) {
    let version = "";
    const issues = await client.ask({
      action: "read the issues of",
      answer: Page,
      async send(send, at) {
        const answer = await send("GET /repos/{owner}/{repo}/issues", {
          ...at,
          state: "all",
          sort: "updated",
          direction: "desc",
          per_page: PER_PAGE,
          page: number,
          ...(tag === undefined ? {} : { headers: { "if-none-match": tag } }),
        });
        version = answer.headers.etag ?? "";
        return answer;
      },
      expect: tag === undefined ? [] : [304],
      ...(signal === undefined ? {} : { signal }),
    });
    return { version, issues };
  }

  return {
    corpus: "issues",
    source: SOURCE,

    async version(signal) {
      const known = first?.version ?? (await versionBefore());
      const before = known !== undefined && ENTITY_TAG.test(known) ? known : undefined;
      try {
        const { version, issues } = await page(1, before, signal);
        first = firstOf({ version, issues });
        return first.version;
      } catch (error) {
        if (error instanceof GitHubRefusal && error.status === 304 && before !== undefined) return before;
        throw error;
      }
    },

    async files(version, signal) {
      if (all?.version !== version) {
        // Only the process that saw a version can list it.
        first ??= firstOf(await page(1, undefined, signal));
        if (first.version !== version) return undefined;
        const issues = [...first.page];
        for (let number = 2; issues.length === (number - 1) * PER_PAGE && number <= MOST_PAGES; number += 1) {
          issues.push(...(await page(number, undefined, signal)).issues);
        }
        const own = issues.filter((issue) => issue.pull_request === undefined);
        all = { version, issues: new Map(own.map((issue) => [issue.html_url, issue])) };
      }
      return new Map([...all.issues].map(([path, issue]) => [path, issue.updated_at]));
    },

    async chunks(files) {
      const read = [...files.keys()].flatMap((path) => {
        const issue = all?.issues.get(path);
        return issue === undefined ? [] : [[path, { chunks: chunksOfGitHubIssues(SOURCE, [given(issue)]) }] as const];
      });
      return new Map(read);
    },
  };
}

/** Without a tag nobody can tell whether anything changed; the listing itself then says it. */
function firstOf({ version, issues }: { readonly version: string; readonly issues: readonly Listed[] }): First {
  const listing = issues.map(({ number, updated_at }) => `${number}@${updated_at}`).join(" ");
  return { version: version === "" ? createHash("sha256").update(listing).digest("hex") : version, page: issues };
}

function given({ body = null, ...issue }: Listed) {
  const labels = issue.labels.map((label) => (typeof label === "string" ? label : (label.name ?? "")));
  return { ...issue, body, labels };
}
