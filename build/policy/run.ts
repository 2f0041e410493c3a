/** From what was typed to a report: which repository it is about, and which of its findings were asked for. */
import { lstatSync, readFileSync } from "node:fs";
import path from "node:path";
import type { Report } from "../../shared/policy/finding.ts";
import { judgeDifference, judgeRepository } from "../../shared/policy/judge-repository.ts";
import { POLICY_FILE } from "../../shared/policy/policy-file.ts";
import { isManifestPath } from "../../shared/repository/parse.ts";
import type { PlatformOptions } from "../../shared/repository/platform.ts";
import { understand } from "../../shared/repository/understand.ts";
import { UsageError } from "../cli/failure.ts";
import { readCommit } from "./read-commit.ts";
import { type Files, fileOf, readFolder, rootAbove } from "./read-folder.ts";

export interface PolicyRun {
  /** Folders and files; `-` alone is standard input. */
  readonly paths: readonly string[];
  /** Folder the paths are relative to. */
  readonly cwd: string;
  readonly root?: string | undefined;
  readonly diff?: string | undefined;
  /** A policy file to use instead of the repository's own. */
  readonly config?: string | undefined;
  readonly publicUrl?: string | undefined;
  readonly stdin: NodeJS.ReadableStream;
  /** Milliseconds since the epoch: which exemptions are still in force. */
  readonly now: number;
}

/** Throws UsageError for paths, commits and files that are not there. */
export async function runPolicy(run: PolicyRun): Promise<Report> {
  const options: PlatformOptions = run.publicUrl === undefined ? {} : { publicUrl: run.publicUrl };
  const settings = { now: run.now };
  if (run.paths.includes("-")) {
    if (run.paths.length > 1 || run.diff !== undefined) throw new UsageError("`-` stands alone: standard input");
    const files: Files = new Map([["stdin.yaml", fileOf("stdin.yaml", await readAll(run.stdin))]]);
    return judgeRepository(understand("", configured(files, run), options), settings, { alone: true });
  }
  const named = run.paths.map((one) => existing(path.resolve(run.cwd, one)));
  const { root, alone } = rootOf(run, named);
  const files = alone ? await readFolder(path.dirname(named[0] ?? root), []) : await readFolder(root, named);
  const kept: Files = alone ? only(files, path.basename(named[0] ?? "")) : files;
  const after = understand("", configured(kept, run), options);
  const report =
    run.diff === undefined
      ? judgeRepository(after, settings, { alone })
      : judgeDifference(understand("", configured(await readCommit(root, run.diff), run), options), after, settings);
  const asked = named.map((place) => path.relative(root, place).split(path.sep).join("/"));
  return narrowed(withOddNames(report, kept, asked), asked);
}

/** A file that is in no repository is judged by itself. */
function rootOf({ root, cwd, diff }: PolicyRun, named: readonly string[]): { root: string; alone: boolean } {
  if (root !== undefined) {
    const folder = existing(path.resolve(cwd, root));
    const outside = named.find((place) => !isInside(folder, place));
    if (outside !== undefined) throw new UsageError(`${outside} is not below --root ${root}`);
    return { root: folder, alone: false };
  }
  const roots = new Set(named.map((place) => rootAbove(place) ?? place));
  const [found = cwd, another] = roots;
  if (another !== undefined)
    throw new UsageError(`these are two repositories: ${found} and ${another}; ask for one at a time`);
  const alone = lstatSync(found).isFile();
  if (alone && diff !== undefined) throw new UsageError("--diff needs a git work tree");
  return { root: alone ? path.dirname(found) : found, alone };
}

function isInside(folder: string, place: string): boolean {
  const relative = path.relative(folder, place);
  return !relative.startsWith("..") && !path.isAbsolute(relative);
}

function existing(place: string): string {
  if (lstatSync(place, { throwIfNoEntry: false }) === undefined) throw new UsageError(`${place} is not there`);
  return place;
}

function configured(files: Files, { config, cwd }: PolicyRun): Files {
  if (config === undefined) return files;
  const place = existing(path.resolve(cwd, config));
  return new Map([...files, [POLICY_FILE, fileOf(POLICY_FILE, readFileSync(place))]]);
}

function only(files: Files, name: string): Files {
  return new Map([...files].filter(([file]) => file === name));
}

/** A file somebody names is never passed over in silence. */
function withOddNames(report: Report, files: Files, asked: readonly string[]): Report {
  const odd = asked.filter((one) => files.has(one) && !isManifestPath(one));
  const because = "its name ends neither in .yaml, .yml nor .json";
  return { ...report, skipped: [...report.skipped, ...odd.map((one) => ({ path: one, because }))] };
}

function narrowed(report: Report, asked: readonly string[]): Report {
  if (asked.includes("")) return report;
  const isAsked = (one: string | undefined) =>
    one !== undefined && (one === POLICY_FILE || asked.some((place) => one === place || one.startsWith(`${place}/`)));
  return {
    ...report,
    findings: report.findings.filter(({ path: one }) => isAsked(one)),
    skipped: report.skipped.filter(({ path: one }) => isAsked(one)),
  };
}

async function readAll(stream: NodeJS.ReadableStream): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}
