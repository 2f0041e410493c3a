/** Reads the manifests of a commit out of a work tree's own git. */
import { lastLine } from "../../shared/adapters/git/run.ts";
import { isManifestPath } from "../../shared/repository/parse.ts";
import { UsageError } from "../cli/failure.ts";
import { type Files, fileOf, localGit } from "./read-folder.ts";

/** The files below `root` at `revision`. Throws UsageError when git does not know it. */
export async function readCommit(root: string, revision: string): Promise<Files> {
  const resolved = await localGit(root, [
    "rev-parse",
    "--verify",
    "--quiet",
    "--end-of-options",
    `${revision}^{commit}`,
  ]);
  if (resolved.code !== 0) {
    const because = resolved.stderr.trim() === "" ? "there is no such commit" : lastLine(resolved.stderr);
    throw new UsageError(`--diff ${revision.slice(0, 100)}: ${because}`);
  }
  const commit = resolved.stdout.toString("utf8").trim();
  const listing = await succeed(root, ["ls-tree", "-r", "-z", commit]);
  const entries = listing
    .toString("utf8")
    .split("\0")
    .map((line) => /^100\d{3} blob ([0-9a-f]+)\t(.*)$/s.exec(line))
    .filter((match) => match !== null)
    .map(([, blob = "", path = ""]) => ({ blob, path }));
  const contents = await readBlobs(
    root,
    entries.filter(({ path }) => isManifestPath(path)).map(({ blob }) => blob),
  );
  return new Map(
    entries.map(({ blob, path }) => {
      const bytes = contents.get(blob);
      return [
        path,
        bytes === undefined || !isManifestPath(path) ? { path, blob: "", content: null } : fileOf(path, bytes),
      ];
    }),
  );
}

/** `git cat-file --batch`: `<id> <type> <size>\n<bytes>\n` for each. */
async function readBlobs(root: string, blobs: readonly string[]): Promise<ReadonlyMap<string, Buffer>> {
  const wanted = [...new Set(blobs)];
  const found = new Map<string, Buffer>();
  if (wanted.length === 0) return found;
  const output = await succeed(root, ["cat-file", "--batch"], `${wanted.join("\n")}\n`);
  for (let at = 0; at < output.length; ) {
    const end = output.indexOf(10, at);
    const [blob = "", type, size = "0"] = output.toString("utf8", at, end).split(" ");
    const start = end + 1;
    if (type === "missing" || end === -1) break;
    found.set(blob, output.subarray(start, start + Number(size)));
    at = start + Number(size) + 1;
  }
  return found;
}

async function succeed(root: string, args: readonly string[], input = ""): Promise<Buffer> {
  const { code, stdout, stderr } = await localGit(root, args, input);
  if (code !== 0) throw new UsageError(`git ${args[0] ?? ""}: ${lastLine(stderr)}`);
  return stdout;
}
