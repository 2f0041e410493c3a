/** What a repository says about its health checks, at one commit. A section that does not fit is said, never guessed at. */
import { ChecksForm, checkSettings } from "../checks/configuration.ts";
import type { CheckSettings } from "../domain/check-settings.ts";
import type { GitReader } from "../ports.ts";
import { parseFile } from "../repository/parse.ts";
import type { RepositoryFile } from "../repository/platform.ts";
import { POLICY_FILE, problemsOf } from "./policy-file.ts";
import { isPolicyFile } from "./repository-policy.ts";

/** Undefined: the repository says nothing, and every check is as it is by itself. */
export function checkSettingsIn(files: ReadonlyMap<string, RepositoryFile>): CheckSettings | undefined {
  const file = files.get(POLICY_FILE);
  if (file === undefined) {
    const misnamed = [...files.keys()].find(isPolicyFile);
    return misnamed === undefined ? undefined : unusable(`${misnamed} is not read; the policy file is ${POLICY_FILE}`);
  }
  const { documents, unreadable } = parseFile(file);
  const [because] = unreadable;
  if (because !== undefined) return unusable(`${POLICY_FILE} cannot be read: ${because}`);
  const [document] = documents;
  if (document === undefined || documents.length > 1) return unusable(`${POLICY_FILE} is not one YAML document`);
  const section = document.value["checks"];
  if (section === undefined) return undefined;
  const parsed = ChecksForm.safeParse(section);
  if (parsed.success) return checkSettings(parsed.data);
  const said = problemsOf(parsed.error).map(({ message }) => message);
  return unusable(`the section checks of ${POLICY_FILE} does not fit: ${said.slice(0, 3).join("; ")}`);
}

/** The same where nothing else of the repository is looked at. Throws what the reader throws. */
export async function readCheckSettings(
  git: Pick<GitReader, "tree" | "read">,
  commit: string,
): Promise<CheckSettings | undefined> {
  const tree = await git.tree(commit);
  const blobs = [...tree].filter(([path]) => isPolicyFile(path));
  const contents = await git.read(blobs.map(([, blob]) => blob));
  return checkSettingsIn(
    new Map(blobs.map(([path, blob]) => [path, { path, blob, content: contents.get(blob) ?? null }])),
  );
}

function unusable(problem: string): CheckSettings {
  return { checks: {}, queries: [], problem: problem.slice(0, 500) };
}
