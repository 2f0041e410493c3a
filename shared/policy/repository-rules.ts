/** Every rule about a repository as a whole: what objects say of each other, and who reads them. */
import type { Platform } from "../repository/platform.ts";
import type { Found } from "./finding.ts";
import { coverage } from "./rules/coverage.ts";
import { plaintextCredentials } from "./rules/credentials.ts";
import { duplicates } from "./rules/duplicates.ts";
import { missingPodReferences } from "./rules/pod-references.ts";
import { exceededQuotas } from "./rules/quota.ts";
import { readability } from "./rules/readable.ts";
import {
  danglingServices,
  missingAddresses,
  missingBackends,
  missingScaleTargets,
} from "./rules/service-references.ts";

export type RepositoryRule = (platform: Platform) => readonly Found[];

/** Those that hold for a text nobody knows the surroundings of, too. */
export const ownRules: readonly RepositoryRule[] = [
  (platform) => readability(platform).found,
  duplicates,
  plaintextCredentials,
];

export const repositoryRules: readonly RepositoryRule[] = [
  ...ownRules,
  coverage,
  exceededQuotas,
  missingPodReferences,
  missingAddresses,
  missingBackends,
  missingScaleTargets,
  danglingServices,
];
