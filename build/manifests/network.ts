/** Who may talk to whom: nobody to anybody, but for what stands here. */
import { STAGES } from "../../shared/stages.ts";
import { PORT } from "./deployment.ts";
import type { Program } from "./environment.ts";
import { GIT_READERS, GIT_WRITERS, KNOWLEDGE_READERS, KNOWLEDGE_WRITERS } from "./environment.ts";
import { LAYERS, MODE_LABEL, PART_OF, waveOf } from "./names.ts";
import { asksKubernetes } from "./rights.ts";

type Fields = Record<string, unknown>;

const NAME = "app.kubernetes.io/name";
const inNamespace = (name: string) => ({ matchLabels: { "kubernetes.io/metadata.name": name } });
const tcp = (...ports: number[]) => ports.map((port) => ({ protocol: "TCP", port }));

/** Addresses of no network but the internet: nothing that is read from a talk leads into the cluster or to a cloud's metadata. */
const INTERNET = [
  {
    ipBlock: {
      cidr: "0.0.0.0/0",
      except: [
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "224.0.0.0/4",
        "240.0.0.0/4",
      ],
    },
  },
  { ipBlock: { cidr: "2000::/3" } },
];

const blocks = (...cidrs: string[]) => cidrs.map((cidr) => ({ ipBlock: { cidr } }));

/**
 * No policy can name the API server: it is no pod. Behind its Service it answers at 443 and on nodes at 6443, and which of both a
 * policy sees depends on the network. One that is at 443 of a public address has to be allowed by an overlay.
 */
const KUBERNETES = [
  { to: blocks("10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"), ports: tcp(443) },
  { to: blocks("0.0.0.0/0", "::/0"), ports: tcp(6443) },
];
const REDIS = { to: [{ podSelector: { matchLabels: { [NAME]: "redis" } } }], ports: tcp(6379) };
const QDRANT = { to: [{ podSelector: { matchLabels: { [NAME]: "qdrant" } } }], ports: tcp(6333) };
const PROMETHEUS = {
  to: [{ namespaceSelector: inNamespace("monitoring"), podSelector: { matchLabels: { [NAME]: "prometheus" } } }],
  ports: tcp(9090),
};
const HTTPS = { to: INTERNET, ports: tcp(443) };
const WEB = { to: INTERNET, ports: tcp(80, 443) };
/** Mail is handed over by 465 or 587; 25 is for servers among each other. */
const MAIL = { to: INTERNET, ports: tcp(465, 587) };

/** Models, vectors and a second look at hits. */
const MODEL_USERS: readonly Program[] = [
  "ingest",
  "route",
  "evaluate",
  "validate",
  "plan",
  "learn",
  "index",
  "coordinator",
];
const METRICS_USERS: readonly Program[] = ["validate", "implement", "sync", "verify", "rollback"];

function egressOf(program: Program): Fields[] {
  const git = [...GIT_READERS, ...GIT_WRITERS].includes(program);
  const knows = [...KNOWLEDGE_READERS, ...KNOWLEDGE_WRITERS].includes(program);
  const https = git || MODEL_USERS.includes(program) || program === "notify";
  return [
    REDIS,
    ...(knows ? [QDRANT] : []),
    ...(asksKubernetes(program) ? KUBERNETES : []),
    ...(METRICS_USERS.includes(program) ? [PROMETHEUS] : []),
    ...(program === "ingest" ? [WEB] : https ? [HTTPS] : []),
    ...(program === "notify" ? [MAIL] : []),
  ];
}

export function networkPolicies(): Fields[] {
  return [
    policy("cortex-default-deny", { podSelector: {}, policyTypes: ["Ingress", "Egress"] }),
    policy("cortex-dns", {
      podSelector: {
        matchExpressions: [{ key: "app.kubernetes.io/component", operator: "In", values: namesResolve() }],
      },
      policyTypes: ["Egress"],
      egress: [
        {
          // The second is the node's own cache, where there is one.
          to: [{ namespaceSelector: inNamespace("kube-system") }, { ipBlock: { cidr: "169.254.20.10/32" } }],
          ports: [...tcp(53), { protocol: "UDP", port: 53 }],
        },
      ],
    }),
    ...STAGES.map((stage) =>
      policy(`cortex-${stage}`, {
        // The same function, whether it reads its list or is posted to.
        podSelector: {
          matchExpressions: [{ key: NAME, operator: "In", values: [`cortex-${stage}`, `cortex-${stage}-http`] }],
        },
        policyTypes: ["Egress"],
        egress: egressOf(stage),
      }),
    ),
    coordinatorPolicy(),
    functionsPolicy(),
  ];
}

function namesResolve(): string[] {
  return LAYERS.filter((layer) => layer !== "namespace" && layer !== "storage");
}

/** Prometheus scrapes it; people come through what is in front of the cluster, whose namespace says so by a label. */
function coordinatorPolicy(): Fields {
  return policy("cortex-coordinator", {
    podSelector: { matchLabels: { [NAME]: "cortex-coordinator" } },
    policyTypes: ["Ingress", "Egress"],
    ingress: [
      {
        from: [
          { namespaceSelector: inNamespace("monitoring"), podSelector: { matchLabels: { [NAME]: "prometheus" } } },
          { namespaceSelector: { matchLabels: { "ai.cortex.school/front-door": "true" } } },
        ],
        ports: tcp(PORT),
      },
    ],
    egress: egressOf("coordinator"),
  });
}

/** Only functions in HTTP mode have anything to be asked; who asks is Knative, on the ports of its own proxy in their pods. */
function functionsPolicy(): Fields {
  const namespaces = ["knative-serving", "knative-eventing", "kourier-system", "istio-system", "contour-internal"];
  return policy("cortex-functions-by-http", {
    podSelector: { matchLabels: { [MODE_LABEL]: "http" } },
    policyTypes: ["Ingress"],
    ingress: [
      {
        from: namespaces.map((name) => ({ namespaceSelector: inNamespace(name) })),
        ports: tcp(8012, 8013, 8022, 8112, 9090, 9091),
      },
    ],
  });
}

function policy(name: string, spec: Fields): Fields {
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name, labels: PART_OF, annotations: waveOf("namespace") },
    spec,
  };
}
