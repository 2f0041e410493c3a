/** Programs whose manifest shows which rights in their own namespace they cannot do without. */
import type { Platform } from "../../repository/platform.ts";
import { listAt } from "../../repository/values.ts";
import type { RepositoryWorkload } from "../../repository/workloads.ts";
import { placedContainers, wordsOf } from "../edit/workload-edit.ts";
import { imageName } from "../resource-values.ts";
import type { Grant } from "./add-role-rules.ts";

export interface RightsNeed {
  readonly rules: readonly Grant[];
  readonly because: string;
}

interface KnownClient {
  readonly rules: readonly Grant[];
  /** What in the manifest shows it; undefined when nothing does. */
  sign(words: string, args: readonly string[], images: readonly string[]): string | undefined;
}

const READ = ["get", "list", "watch"] as const;

const clients: readonly KnownClient[] = [
  {
    // client-go's leader election over a Lease (pkg.go.dev/k8s.io/client-go/tools/leaderelection).
    rules: [{ apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: ["get", "create", "update"] }],
    sign: (_words, args) => {
      const isElsewhere = args.some((arg) => /^--leader-elect(?:ion)?-(?:resource-)?namespace/.test(arg));
      const flag = args.find((arg) => /^--(?:enable-)?leader-elect(?:ion)?(?:=true)?$/.test(arg));
      return isElsewhere || flag === undefined ? undefined : `it elects its leader (${flag})`;
    },
  },
  {
    // rabbitmq.com/docs/cluster-formation, "Peer Discovery on Kubernetes".
    rules: [
      { apiGroups: [""], resources: ["endpoints"], verbs: ["get"] },
      { apiGroups: [""], resources: ["events"], verbs: ["create"] },
    ],
    sign: (words, _args, images) =>
      images.includes("rabbitmq") &&
      /rabbit(?:mq)?_peer_discovery_k8s|peer_discovery_backend\s*=\s*(?:k8s|kubernetes)/.test(words)
        ? "it finds its cluster's members through the API (rabbitmq_peer_discovery_k8s)"
        : undefined,
  },
  {
    // docs.hazelcast.com, "Deploying in Kubernetes": what its discovery reads.
    rules: [{ apiGroups: [""], resources: ["endpoints", "pods", "services"], verbs: ["get", "list"] }],
    sign: (words, _args, images) =>
      images.some((image) => /^hazelcast(-enterprise)?$/.test(image)) &&
      /HZ_NETWORK_JOIN_KUBERNETES_ENABLED","value":"true/.test(words)
        ? "it finds its members through the API (HZ_NETWORK_JOIN_KUBERNETES_ENABLED)"
        : undefined,
  },
  {
    // prometheus.io/docs, kubernetes_sd_config: `own_namespace` bounds the discovery to the server's namespace.
    rules: [
      { apiGroups: [""], resources: ["pods", "services", "endpoints"], verbs: [...READ] },
      { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: [...READ] },
    ],
    sign: (words, _args, images) => {
      const asked = words.match(/kubernetes_sd_configs:/g)?.length ?? 0;
      const own = words.match(/own_namespace: true/g)?.length ?? 0;
      const isNode = /role:\s*["']?(?:node|ingress)\b/.test(words);
      return images.includes("prometheus") && asked > 0 && own >= asked && !isNode
        ? "it discovers its targets in its own namespace (kubernetes_sd_configs, own_namespace)"
        : undefined;
    },
  },
];

/** What `workload` needs from the API in its own namespace; undefined when nothing known shows it. */
export function rightsNeededBy(platform: Platform, workload: RepositoryWorkload): RightsNeed | undefined {
  const containers = placedContainers(workload);
  const args = containers.flatMap(({ spec }) => [...listAt(spec, "command"), ...listAt(spec, "args")].map(String));
  const images = containers.map(({ image }) => imageName(image));
  const words = wordsOf(platform, workload);
  for (const client of clients) {
    const because = client.sign(words, args, images);
    if (because !== undefined) return { rules: client.rules, because: because.slice(0, 200) };
  }
  return undefined;
}
