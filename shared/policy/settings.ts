/** Settings of policy. */
import type { RepositoryPolicy } from "./repository-policy.ts";

/** What an operator may configure about policy. Every rule has a safe default. */
export interface PolicySettings {
  /** Namespaces nothing may be changed in, beside Kubernetes' own, Argo CD's and the school's. */
  readonly protectedNamespaces?: readonly string[];
  /** Where the school itself runs. */
  readonly schoolNamespace?: string;
  /** Registries (or registry/organisation prefixes) new images may come from, beside those the repository uses. */
  readonly allowedRegistries?: readonly string[];
  /** Of the registries the repository uses only these (or what is below them) may go on being used. */
  readonly onlyRegistries?: readonly string[];
  /** Milliseconds since the epoch: without it an exemption that ends is taken for ended. */
  readonly now?: number;
  /** What the repository says itself; `judge` reads it from the commit it judges. */
  readonly repository?: RepositoryPolicy;
}

/** Marks the objects the school created. */
export const MANAGED_BY = "cortex-online-school";
export const MANAGED_BY_LABEL = "app.kubernetes.io/managed-by";
