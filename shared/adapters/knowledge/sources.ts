/** What the school knows its platform by, as the environment names it: repositories and known issues. */
import * as z from "zod";
import type { SourceReader } from "../../knowledge/indexing/ports.ts";
import { isProse, repositorySource } from "../../knowledge/indexing/repository-source.ts";
import type { IndexBook } from "../../knowledge-ports.ts";
import type { GitReader } from "../../ports.ts";
import { type Environment, readSettings } from "../../runtime/config.ts";
import { gitPort } from "../git/open.ts";
import { docsEnvironment } from "./docs-repository.ts";
import { knownIssues } from "./known-issues.ts";

/** What is read from the environment beside what the GitOps repository needs. */
export const knowledgeVariables = {
  /** Repository of documents: any remote git accepts. */
  DOCS_REPO: z.string().min(1).optional(),
  DOCS_BRANCH: z.string().default("main"),
  /** For https; where it stands on the GitOps repository's host, that one's token unless given. */
  DOCS_TOKEN: z.string().optional(),
  /** A YAML file in either repository, or owner/name of a GitHub repository whose issues are known. */
  KNOWN_ISSUES: z.string().min(1).optional(),
};
const Variables = z.object(knowledgeVariables);

/** Opens nothing until it is used. Throws ConfigurationError listing what is wrong. */
export function knowledgeSources(env: Environment, book: Pick<IndexBook, "ledger">): readonly SourceReader[] {
  const { KNOWN_ISSUES: issues } = readSettings(Variables, env);
  const gitops = gitPort(env);
  const docs = docsGit(env);
  return [
    repositorySource({ git: gitops, corpus: "documents", source: "gitops", takes: isProse }),
    repositorySource({ git: gitops, corpus: "manifests", source: "gitops", takes: (path) => !isProse(path) }),
    ...(docs === undefined
      ? []
      : [repositorySource({ git: docs, corpus: "documents", source: "docs", takes: () => true })]),
    ...(issues === undefined
      ? []
      : [knownIssues(issues, { gits: docs === undefined ? [gitops] : [gitops, docs], env, book })]),
  ];
}

/** Undefined when there is none, or when it is the GitOps repository itself. */
function docsGit(env: Environment): GitReader | undefined {
  const docs = docsEnvironment(env);
  return docs === undefined ? undefined : gitPort(docs);
}
