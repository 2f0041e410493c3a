/** Releases, files, issues and discussions of one repository, over Octokit; every request goes through the Web port. */
import { Octokit } from "@octokit/core";
import * as z from "zod";
import { textOf } from "../../../shared/domain/answer-text.ts";
import { RetryLater } from "../../../shared/runtime/errors.ts";
import type { SourceReading, SourceText, UnreadableSource, Validators, Web } from "../../../shared/source-ports.ts";
import type { GitHubAccess } from "./github-access.ts";
import type { GitHubAddress, Repository } from "./github-address.ts";
import { fetchOver, WebRefusal } from "./library-fetch.ts";
import { unreadable } from "./options.ts";

export interface GitHubPorts {
  readonly web: Web;
  readonly access: GitHubAccess;
  readonly known?: Validators;
  readonly prereleases: boolean;
}

const VERSION = { "x-github-api-version": "2022-11-28" };
const MOST_RELEASES = 100;
const MOST_COMMENTS = 100;

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? "");
const Release = z.object({
  html_url: z.string(),
  tag_name: z.string(),
  name: text,
  body: text,
  draft: z.boolean().catch(false),
  prerelease: z.boolean().catch(false),
  published_at: text,
});
const File = z.object({ type: z.literal("file"), path: z.string(), html_url: text, encoding: text, content: text });
const Issue = z.object({
  title: z.string(),
  body: text,
  html_url: z.string(),
  created_at: text,
  user: z.object({ login: z.string() }).nullish(),
  comments: z.number().catch(0),
});
const Comment = z.object({ body: text, user: z.object({ login: z.string() }).nullish() });

type Ask = <Schema extends z.ZodType>(
  route: string,
  parameters: Readonly<Record<string, unknown>>,
  schema: Schema,
) => Promise<{ data: z.infer<Schema>; validators: Validators }>;

/** GitHub said something else than what was asked for. */
class NotAsExpected extends Error {}
class NotModified extends Error {}

/** Throws RetryLater, also until a used-up allowance is renewed. */
export async function readGitHub(
  address: GitHubAddress,
  ports: GitHubPorts,
  signal: AbortSignal,
): Promise<SourceReading> {
  const where = `${ports.access.host}/${address.owner}/${address.repo}`;
  try {
    return await read(address, where, ports, asker(ports, signal), signal);
  } catch (error) {
    if (error instanceof NotModified) return { kind: "unchanged" };
    if (error instanceof WebRefusal) return refused(where, error, ports.access);
    if (error instanceof NotAsExpected) throw new RetryLater(`${where}: ${error.message}`, 60_000);
    throw error;
  }
}

function asker({ web, access, known }: GitHubPorts, signal: AbortSignal): Ask {
  const quiet = () => undefined;
  const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };
  const octokit = new Octokit({
    baseUrl: access.apiUrl,
    userAgent: "cortex-online-school",
    log,
    request: { fetch: fetchOver(web, signal), log },
    ...(access.token === undefined ? {} : { auth: access.token }),
  });
  const conditions = known?.etag === undefined ? {} : { "if-none-match": known.etag };
  return async (route, parameters, schema) => {
    const isListing = route.endsWith("/releases");
    try {
      const answer = await octokit.request(route, {
        ...parameters,
        headers: { ...VERSION, ...(isListing ? conditions : {}) },
      });
      const read = schema.safeParse(answer.data);
      if (!read.success) throw new NotAsExpected("what GitHub answered was cut short or is not GitHub's");
      const { etag } = answer.headers;
      return { data: read.data, validators: etag === undefined ? {} : { etag } };
    } catch (error) {
      signal.throwIfAborted();
      if ((error as { status?: unknown }).status === 304) throw new NotModified();
      // Octokit wraps what its fetch threw, in an error that also holds the request and with it the token.
      const { cause } = error as { cause?: unknown };
      throw cause instanceof RetryLater || cause instanceof WebRefusal ? cause : error;
    }
  };
}

async function read(
  address: GitHubAddress,
  where: string,
  ports: GitHubPorts,
  ask: Ask,
  signal: AbortSignal,
): Promise<SourceReading> {
  const { owner, repo } = address;
  const at = { owner, repo };
  if (address.kind === "releases") return releases(at, where, ports, ask);
  if (address.kind === "release") {
    const route =
      address.tag === ""
        ? "GET /repos/{owner}/{repo}/releases/latest"
        : "GET /repos/{owner}/{repo}/releases/tags/{tag}";
    const { data } = await ask(route, { ...at, tag: address.tag }, Release);
    if (data.body.trim() === "") return unreadable(`${data.html_url}: the release has no notes`);
    return note(where, titleOfRelease(repo, data), data.body, data.html_url, data.published_at);
  }
  if (address.kind === "readme") return file(where, (await ask("GET /repos/{owner}/{repo}/readme", at, File)).data);
  if (address.kind === "file") return fileOf(address, where, ask);
  if (address.kind === "issue") return issue(at, address.number, where, ask);
  return discussion(address, where, ports, signal);
}

async function releases(at: Repository, where: string, ports: GitHubPorts, ask: Ask): Promise<SourceReading> {
  const { data, validators } = await ask(
    "GET /repos/{owner}/{repo}/releases",
    { ...at, per_page: MOST_RELEASES },
    z.array(Release),
  );
  const published = data.filter(({ draft, prerelease }) => !draft && (ports.prereleases || !prerelease));
  return {
    kind: "listing",
    title: `Releases of ${where}`,
    validators,
    entries: published.map((release) => ({
      address: release.html_url,
      title: titleOfRelease(at.repo, release),
      ...(release.body.trim() === "" ? {} : { content: release.body }),
      ...(release.published_at === "" ? {} : { published: release.published_at }),
    })),
  };
}

function titleOfRelease(repo: string, { name, tag_name: tag }: z.infer<typeof Release>): string {
  const title = name.trim() === "" ? tag : name.trim();
  return title.toLowerCase().includes(repo.toLowerCase()) ? title : `${repo} ${title}`;
}

/** References may hold slashes: the shortest is tried first, as most have none. */
async function fileOf(
  address: Extract<GitHubAddress, { kind: "file" }>,
  where: string,
  ask: Ask,
): Promise<SourceReading> {
  const { owner, repo, rest } = address;
  const most = Math.min(3, rest.length - 1);
  for (let length = 1; ; length += 1) {
    const [ref, path] = [rest.slice(0, length).join("/"), rest.slice(length).join("/")];
    try {
      return file(
        where,
        (await ask("GET /repos/{owner}/{repo}/contents/{+path}", { owner, repo, ref, path: escapedPath(path) }, File))
          .data,
      );
    } catch (error) {
      if (!(error instanceof WebRefusal) || error.status !== 404 || length >= most) throw error;
    }
  }
}

function escapedPath(path: string): string {
  return path.split("/").map(encodeURIComponent).join("/");
}

function file(where: string, { path, html_url: url, encoding, content }: z.infer<typeof File>): SourceReading {
  if (encoding !== "base64")
    return unreadable(`${where}/${path} is larger than GitHub hands out at once: send it as content`);
  const body = Buffer.from(content, "base64");
  if (body.subarray(0, 8_000).includes(0))
    return unreadable(`${where}/${path} is no text: send it as plain text or Markdown`);
  const words = textOf({ contentType: "", body });
  if (words.trim() === "") return unreadable(`${where}/${path} is empty`);
  const format = /\.vtt$/iu.test(path)
    ? "vtt"
    : /\.srt$/iu.test(path)
      ? "srt"
      : /\.json3?$/iu.test(path)
        ? "json"
        : "text";
  return {
    ...note(where, `${where.replace(/^[^/]*\//u, "")}: ${path}`, words, url === "" ? `https://${where}` : url, ""),
    format,
  };
}

async function issue(at: Repository, number: number, where: string, ask: Ask): Promise<SourceReading> {
  const { data } = await ask("GET /repos/{owner}/{repo}/issues/{number}", { ...at, number }, Issue);
  const comments =
    data.comments === 0
      ? []
      : (
          await ask(
            "GET /repos/{owner}/{repo}/issues/{number}/comments",
            { ...at, number, per_page: MOST_COMMENTS },
            z.array(Comment),
          )
        ).data;
  const content = [data.body, ...comments.map(({ body }) => body)]
    .map((body) => body.trim())
    .filter((body) => body !== "")
    .join("\n\n");
  if (content === "") return unreadable(`${data.html_url}: nothing is written there`);
  const notes = data.comments > comments.length ? [`${comments.length} of ${data.comments} comments were read`] : [];
  return { ...note(data.user?.login ?? where, data.title, content, data.html_url, data.created_at), notes };
}

/** Discussions are in no REST API: the page itself is read. */
async function discussion(
  address: Extract<GitHubAddress, { kind: "discussion" }>,
  where: string,
  ports: GitHubPorts,
  signal: AbortSignal,
): Promise<SourceReading> {
  const { readPage } = await import("./page-read.ts");
  return readPage(`https://${where}/discussions/${address.number}`, { web: ports.web }, signal);
}

function note(by: string, title: string, content: string, address: string, published: string): SourceText {
  return {
    kind: "text",
    title,
    content,
    format: "text",
    address,
    notes: [],
    by,
    ...(published === "" ? {} : { published }),
  };
}

function refused(where: string, { status, message }: WebRefusal, { token }: GitHubAccess): UnreadableSource {
  if (status === 404) {
    const hint =
      token === undefined
        ? "or private: SOURCE_GITHUB_TOKEN of somebody who may read it shows it"
        : "or the token of SOURCE_GITHUB_TOKEN may not read it";
    return unreadable(`${where}: there is no such repository, release or file, ${hint}`);
  }
  if (status === 401)
    return unreadable(
      `${where}: GitHub does not accept SOURCE_GITHUB_TOKEN: renew it, or leave it out for public repositories`,
    );
  if (status === 451 || status === 410) return unreadable(`${where}: it is not to be seen any more (${status})`);
  return unreadable(message);
}
