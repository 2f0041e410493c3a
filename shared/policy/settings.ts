/** What an operator may configure about policy. Every rule has a safe default. */
export interface PolicySettings {
  /** Namespaces nothing may be changed in, beside Kubernetes' own, Argo CD's and the school's. */
  readonly protectedNamespaces?: readonly string[];
  /** Where the school itself runs. */
  readonly schoolNamespace?: string;
  /** Registries (or registry/organisation prefixes) new images may come from, beside those the repository uses. */
  readonly allowedRegistries?: readonly string[];
}

/** Marks the objects the school created. */
export const MANAGED_BY = "cortex-online-school";
export const MANAGED_BY_LABEL = "app.kubernetes.io/managed-by";
