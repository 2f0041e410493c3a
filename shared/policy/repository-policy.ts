/** What a repository says about policy itself, read from the same commit that is judged. */
import { oncePer } from "../repository/lookup.ts";
import { parseFile } from "../repository/parse.ts";
import type { Platform, RepositoryFile } from "../repository/platform.ts";
import { positionIn, yamlErrors } from "../repository/positions.ts";
import { POLICY_FILE, type PolicyFile, policyIn } from "./policy-file.ts";
import type { PolicySettings } from "./settings.ts";

export interface RepositoryPolicy {
  /** With nothing in it where the repository has no policy file, or one that cannot be read. */
  readonly policy: PolicyFile;
  /** Why the file cannot be followed. Then nobody knows what the repository allows, and everything goes to a person. */
  readonly problems: readonly {
    readonly message: string;
    readonly path: string;
    readonly line?: number;
    readonly column?: number;
  }[];
}

const NOTHING: PolicyFile = { version: 1 };

/** True for the policy file, and for names somebody may have taken for it. */
export function isPolicyFile(path: string): boolean {
  return /^\.cortex-school(\.[a-z]+)?$/i.test(path);
}

export const repositoryPolicy: (platform: Platform) => RepositoryPolicy = oncePer(({ files }) => {
  const misnamed = [...files.keys()].filter((path) => isPolicyFile(path) && path !== POLICY_FILE);
  const problems = misnamed.map((path) => ({ message: `it is not read; the policy file is ${POLICY_FILE}`, path }));
  const file = files.get(POLICY_FILE);
  const found = file === undefined ? { policy: NOTHING, problems: [] } : read(file);
  return { policy: found.policy, problems: [...problems, ...found.problems] };
});

function read(file: RepositoryFile): RepositoryPolicy {
  const { documents, unreadable } = parseFile(file);
  const broken = (message: string, place: object = {}) => ({
    policy: NOTHING,
    problems: [{ message, path: POLICY_FILE, ...place }],
  });
  if (file.content === null) return broken("it is not text");
  const [because] = unreadable;
  if (because !== undefined) {
    const [error] = yamlErrors(file);
    return broken(because, error === undefined ? {} : { line: error.line, column: error.column });
  }
  const [document] = documents;
  if (document === undefined || documents.length > 1) return broken("it must be one YAML document with settings");
  const policy = policyIn(document.value);
  if ("version" in policy) return { policy, problems: [] };
  return {
    policy: NOTHING,
    problems: policy.map(({ message, at }) => ({
      message,
      path: POLICY_FILE,
      ...positionIn(file, document.document, at),
    })),
  };
}

/** The operator's settings together with those of the repository: the stricter of both, and what was given reasons for. */
export function settingsOf(
  platform: Platform,
  settings: PolicySettings,
): PolicySettings & { readonly repository: RepositoryPolicy } {
  const repository = repositoryPolicy(platform);
  const { namespaces, registries } = repository.policy;
  const also = registries?.also?.map(({ registry }) => registry) ?? [];
  return {
    ...settings,
    protectedNamespaces: [...(settings.protectedNamespaces ?? []), ...(namespaces?.protected ?? [])],
    allowedRegistries: [...(settings.allowedRegistries ?? []), ...also],
    ...(registries?.only === undefined ? {} : { onlyRegistries: registries.only }),
    repository,
  };
}
