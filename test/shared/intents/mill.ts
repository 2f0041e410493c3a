/** A platform with what the other three lack: cert-manager, accounts with rights, images without a version, exporters. */
import type { Platform } from "../../../shared/repository/platform.ts";
import { application, platformOf } from "../../support/platform.ts";

function workload(
  name: string,
  namespace: string,
  image: string,
  options: { pod?: string; rest?: string } = {},
): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
  namespace: ${namespace}
  labels:
    app: ${name}
spec:
  replicas: 2
  selector:
    matchLabels:
      app: ${name}
  template:
    metadata:
      labels:
        app: ${name}
    spec:
${options.pod ?? ""}      containers:
        - name: ${name}
          image: ${image} # of the mill
${options.rest ?? ""}          resources:
            requests:
              cpu: 100m
              memory: 128Mi
            limits:
              memory: 128Mi
`;
}

function service(name: string, namespace: string, port: number): string {
  return `apiVersion: v1
kind: Service
metadata:
  name: ${name}
  namespace: ${namespace}
  labels:
    app: ${name}
spec:
  selector:
    app: ${name}
  ports:
    - name: http
      port: ${port}
      targetPort: ${port}
`;
}

function ingress(name: string, namespace: string, more = ""): string {
  return `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: ${name}
  namespace: ${namespace}
  labels:
    app: ${name}
spec:
  ingressClassName: traefik
${more}  rules:
    - host: ${name}.mill.example.org
      http:
        paths:
          - path: /
            pathType: Prefix
            backend:
              service:
                name: ${name}
                port:
                  name: http
`;
}

const ISSUER = `apiVersion: cert-manager.io/v1
kind: ClusterIssuer
metadata:
  name: letsencrypt
spec:
  acme:
    server: https://acme-v02.api.letsencrypt.org/directory
    privateKeySecretRef:
      name: letsencrypt-account
    solvers:
      - http01:
          ingress:
            ingressClassName: traefik
`;

const CERTIFICATE = `apiVersion: cert-manager.io/v1
kind: Certificate
metadata:
  name: orders-tls
  namespace: mill
spec:
  secretName: orders-tls
  dnsNames:
    - orders.mill.example.org
  issuerRef:
    name: letsencrypt
    kind: ClusterIssuer
`;

const RIGHTS = `apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: leases
  namespace: mill
rules:
  - apiGroups: [coordination.k8s.io]
    resources: [leases]
    verbs: [get, create, update]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: leases
  namespace: mill
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: Role
  name: leases
subjects:
  - kind: ServiceAccount
    name: default
    namespace: mill
`;

const LEADER = `          args: ["--leader-elect", "--grind=fine"]
`;
const USER = `      securityContext:
        runAsUser: 10001
`;

export const millTexts: Readonly<Record<string, string>> = {
  "argocd/mill.yaml": application("mill", "apps/mill", "mill"),
  "argocd/platform.yaml": application("platform", "apps/platform", "platform"),
  "apps/platform/issuer.yaml": ISSUER,
  "apps/mill/grinder-deployment.yaml": workload("grinder", "mill", "registry.example.org/mill/grinder:2.3.0", {
    rest: LEADER,
    pod: USER,
  }),
  "apps/mill/sifter-deployment.yaml": workload("sifter", "mill", "registry.example.org/mill/grinder:latest"),
  "apps/mill/orders-deployment.yaml": workload("orders", "mill", "registry.example.org/mill/orders:1.9.2"),
  "apps/mill/orders-service.yaml": service("orders", "mill", 8080),
  "apps/mill/orders-ingress.yaml": ingress(
    "orders",
    "mill",
    "  tls:\n    - hosts:\n        - orders.mill.example.org\n      secretName: orders-tls\n",
  ),
  "apps/mill/orders-certificate.yaml": CERTIFICATE,
  "apps/mill/prices-deployment.yaml": workload("prices", "mill", "registry.example.org/mill/prices:0.4.0"),
  "apps/mill/prices-service.yaml": service("prices", "mill", 8080),
  "apps/mill/prices-ingress.yaml": ingress("prices", "mill"),
  "apps/mill/rights.yaml": RIGHTS,
};

export function mill(): Platform {
  return platformOf(millTexts);
}
