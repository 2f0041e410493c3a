/** What a dry run of a rollback looks at. Loaded by the first one: most coordinators never show any, and idle memory counts. */
import { hasCluster } from "../../shared/adapters/kubernetes-layers.ts";
import type { ClusterReader, GitReader } from "../../shared/ports.ts";
import type { GitPreview } from "../../shared/preview-ports.ts";
import type { PlatformOptions } from "../../shared/repository/platform.ts";
import type { Environment } from "../../shared/runtime/config.ts";

export interface Sight {
  readonly git: GitReader & GitPreview;
  /** How the repository is known to Argo CD. */
  readonly platform: PlatformOptions;
  /** How changes reach the branch; a branch may turn out to be protected all the same. */
  readonly mode: "direct" | "pull-request";
  /** Undefined where there is no cluster. */
  readonly cluster: Pick<ClusterReader, "object"> | undefined;
}

/** Throws ConfigurationError when no repository is configured. */
export async function openSight(env: Environment): Promise<Sight> {
  const { commitMode, gitPort } = await import("../../shared/adapters/git/open.ts");
  const { repositoryNames } = await import("../../shared/adapters/git/settings.ts");
  const sight = { git: gitPort(env), platform: repositoryNames(env), mode: commitMode(env) };
  return { ...sight, cluster: hasCluster(env) ? await openCluster(env) : undefined };
}

async function openCluster(env: Environment): Promise<Pick<ClusterReader, "object">> {
  const { clusterReader } = await import("../../shared/adapters/cluster-reader.ts");
  const { clusterSettings } = await import("../../shared/adapters/kube-config.ts");
  const { readSettings } = await import("../../shared/runtime/config.ts");
  const z = await import("zod");
  return clusterReader(readSettings(z.object(clusterSettings), env));
}
