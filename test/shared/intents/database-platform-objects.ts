/** What the archive has beside its databases and the programs that use them. */
export const SIZES = `          resources:
            requests:
              cpu: 100m
              memory: 256Mi
            limits:
              memory: 512Mi
`;

export const LEDGER = `apiVersion: postgresql.cnpg.io/v1
kind: Cluster
metadata:
  name: ledger
  namespace: archive
  labels:
    app: ledger
spec:
  instances: 1 # until the new nodes are here
  storage:
    size: 10Gi
    storageClass: fast
  resources:
    requests:
      cpu: 200m
      memory: 512Mi
    limits:
      memory: 512Mi
`;

export const LOANS = `apiVersion: mongodbcommunity.mongodb.com/v1
kind: MongoDBCommunity
metadata:
  name: loans
  namespace: archive
  labels:
    app: loans
spec:
  members: 1
  type: ReplicaSet
  version: "7.0.14"
`;

export const PROMETHEUS = `apiVersion: monitoring.coreos.com/v1
kind: Prometheus
metadata:
  name: main
  namespace: watch
  labels:
    app: main
spec:
  image: quay.io/prometheus/prometheus:v3.1.0
  serviceMonitorSelector:
    matchLabels:
      team: archive
  serviceMonitorNamespaceSelector: {}
`;

export const PUSHGATEWAY = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: pushgateway
  namespace: watch
  labels:
    app: pushgateway
spec:
  selector:
    matchLabels:
      app: pushgateway
  template:
    metadata:
      labels:
        app: pushgateway
    spec:
      containers:
        - name: pushgateway
          image: quay.io/prometheus/pushgateway:v1.10.0
${SIZES}`;

export const DENY = `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: default-deny-ingress
  namespace: archive
  labels:
    app: archive
spec:
  podSelector: {}
  policyTypes:
    - Ingress
  ingress:
    - from:
        - podSelector: {}
`;

export const SHELVES_EXPORTER = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: queue-metrics
  namespace: archive
  labels:
    app: queue-metrics
spec:
  selector:
    matchLabels:
      app: queue-metrics
  template:
    metadata:
      labels:
        app: queue-metrics
    spec:
      containers:
        - name: exporter
          image: registry.example.org/mirror/redis_exporter:v1.62.0
          env:
            - name: REDIS_ADDR
              value: redis://queue:6379
${SIZES}`;

export const POLICY_FILE = `version: 1
registries:
  also:
    - registry: quay.io/prometheuscommunity
      reason: the exporters of the Prometheus community
`;
