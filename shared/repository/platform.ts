/** What the school knows of somebody's GitOps repository at one commit: discovered, never assumed. */

/** One file at that commit; `content` is null when it is not text. */
export interface RepositoryFile {
  readonly path: string;
  readonly blob: string;
  readonly content: string | null;
}

/** One Kubernetes object found in a file. */
export interface Resource {
  readonly path: string;
  /** Position of the YAML document in its file, from 0. */
  readonly document: number;
  readonly apiVersion: string;
  readonly kind: string;
  /** `metadata.namespace`, else the destination of the Application that reads the file; undefined for cluster scope. */
  readonly namespace: string | undefined;
  readonly name: string;
  /** Name of the Application that reads the file, if one does. */
  readonly application: string | undefined;
  readonly object: Readonly<Record<string, unknown>>;
}

/** An Argo CD Application (or what an ApplicationSet makes) and the folder it reads. */
export interface RepositoryApplication {
  readonly name: string;
  readonly namespace: string | undefined;
  readonly repoURL: string;
  /** Folder in the repository, without leading or trailing slash; "" is the root. */
  readonly path: string;
  readonly recurse: boolean;
  readonly include?: string;
  readonly exclude?: string;
  /** What renders the folder: plain YAML files, kustomize or Helm (Argo CD tool detection). */
  readonly tool: "directory" | "kustomize" | "helm";
  /** Where it was found. */
  readonly definedIn: string;
}

export interface Platform {
  readonly commit: string;
  readonly files: ReadonlyMap<string, RepositoryFile>;
  readonly resources: readonly Resource[];
  readonly applications: readonly RepositoryApplication[];
  /** Documents that could not be read as Kubernetes objects (Helm templates, broken YAML), with the reason. */
  readonly unreadable: readonly { readonly path: string; readonly because: string }[];
}
