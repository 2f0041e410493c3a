/** What the school knows of somebody's GitOps repository at one commit: discovered, never assumed. */

/** One file at that commit; `content` is null when it is not text or no manifest (its name ends neither .yaml, .yml nor .json). */
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
  /** True for what Helm makes of a template: `path` and `document` then say which, and no line of it. */
  readonly rendered?: true;
  /** Position inside a `kind: List` document; undefined for an object that is a document of its own. */
  readonly item?: number;
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
  /** Set where Helm renders the folder. */
  readonly helm?: HelmSource;
  /** `spec.destination.namespace`: where objects without a namespace of their own go. */
  readonly destination: string | undefined;
  /** Where it was found. */
  readonly definedIn: string;
}

/** What an Application tells Helm. */
export interface HelmSource {
  readonly releaseName: string;
  /** Paths in the repository; the later win, over the chart's own values.yaml as well. */
  readonly valueFiles: readonly string[];
  /** Values of the Application itself; they win over all files. */
  readonly values?: Readonly<Record<string, unknown>>;
  /** Why nobody here can tell what is rendered. */
  readonly unknown?: string;
}

export interface Platform {
  readonly commit: string;
  readonly files: ReadonlyMap<string, RepositoryFile>;
  readonly resources: readonly Resource[];
  readonly applications: readonly RepositoryApplication[];
  /** Path -> names of the Applications that read the file. Paths nobody reads are absent. */
  readonly readers: ReadonlyMap<string, readonly string[]>;
  /** What was taken for this repository's address when Applications were matched. */
  readonly addresses: readonly string[];
  /** Kept so that the same repository can be understood again after a change. */
  readonly options: PlatformOptions;
  /** Documents that could not be read as Kubernetes objects (Helm templates, broken YAML), with the reason. */
  readonly unreadable: readonly { readonly path: string; readonly because: string }[];
}

/** How the repository is known to the outside; decides which Applications read it. */
export interface PlatformOptions {
  /** GITOPS_REPO: the configured remote, a URL or a local path. */
  readonly repository?: string;
  /** GITOPS_PUBLIC_URL: the address Applications use when the remote is a mirror or a local path. */
  readonly publicUrl?: string;
  /** GITOPS_BRANCH: an Application that follows another branch does not read what we commit. */
  readonly branch?: string;
}
