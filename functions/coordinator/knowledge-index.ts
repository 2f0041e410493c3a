/** The index as the coordinator sees it: how far it is, what it is made of, and how to have it looked at. */
import type { Redis } from "ioredis";
import { docsEnvironment } from "../../shared/adapters/knowledge/docs-repository.ts";
import { readAccess } from "../../shared/adapters/qdrant/settings.ts";
import type { RepositoryData } from "../../shared/domain/events.ts";
import type { SourceReader } from "../../shared/knowledge/indexing/ports.ts";
import type { IndexBook } from "../../shared/knowledge-ports.ts";
import { type IndexRequest, requestIndex } from "../../shared/pipeline/index-requests.ts";
import type { Keys } from "../../shared/pipeline/keys.ts";
import { knowledgeBook } from "../../shared/pipeline/knowledge-book.ts";
import type { OperatorScripts } from "../../shared/pipeline/scripts/load-operator.ts";
import { normaliseAddress } from "../../shared/repository/address.ts";
import type { Environment } from "../../shared/runtime/config.ts";

type Source = RepositoryData["source"];

export interface KnowledgeIndex {
  /** False: there is no QDRANT_URL, so nothing is indexed. */
  readonly isKept: boolean;
  readonly book: IndexBook;
  /** Sources that a push to this branch, or (without a branch) a change of the issues, is about. */
  about(addresses: readonly string[], branch: string | undefined): readonly Source[];
  /** What the index is made of; loaded by the first look. Throws ConfigurationError. */
  readers(): Promise<readonly SourceReader[]>;
  request(change: RepositoryData & { readonly by: string }): Promise<IndexRequest>;
}

interface Watched {
  readonly source: Source;
  readonly address: string;
  /** Undefined: its issues. */
  readonly branch: string | undefined;
}

/** Opens nothing. Throws ConfigurationError. */
export function knowledgeIndex(env: Environment, redis: Redis, keys: Keys, scripts: OperatorScripts): KnowledgeIndex {
  const book = knowledgeBook(redis, keys);
  const watched = watchedIn(env);
  let opening: Promise<readonly SourceReader[]> | undefined;
  async function open(): Promise<readonly SourceReader[]> {
    const { knowledgeSources } = await import("../../shared/adapters/knowledge/sources.ts");
    return knowledgeSources(env, book);
  }
  return {
    isKept: readAccess(env).url !== undefined,
    book,
    about(addresses, branch) {
      const named = new Set(addresses.map(normaliseAddress));
      const meant = watched.filter((one) => one.branch === branch && named.has(normaliseAddress(one.address)));
      return [...new Set(meant.map(({ source }) => source))];
    },
    async readers() {
      opening ??= open();
      return opening.catch((error: unknown) => {
        opening = undefined;
        throw error;
      });
    },
    request: (change) => requestIndex(redis, scripts, change),
  };
}

function watchedIn(env: Environment): Watched[] {
  const { GITOPS_REPO, GITOPS_PUBLIC_URL, GITOPS_BRANCH: branch = "main", KNOWN_ISSUES: issues } = env;
  const gitops = [GITOPS_REPO, GITOPS_PUBLIC_URL].filter((address) => address !== undefined);
  const docs = docsEnvironment(env);
  const tracker = issues !== undefined && /^[\w.-]+\/[\w.-]+$/.test(issues) && !/\.ya?ml$/i.test(issues);
  return [
    ...gitops.map((address) => ({ source: "gitops" as const, address, branch })),
    ...(docs?.["GITOPS_REPO"] === undefined
      ? []
      : [{ source: "docs" as const, address: docs["GITOPS_REPO"], branch: docs["GITOPS_BRANCH"] ?? "main" }]),
    ...(tracker ? [{ source: "issues" as const, address: `https://github.com/${issues}`, branch: undefined }] : []),
  ];
}
