/** What settings of a manifest decide, in words people ask with. Only keys count: a value says its own words. */
export const settingGlosses: readonly (readonly [RegExp, string])[] = [
  [key("egress|toEntities|toFQDNs|toCIDR"), "outgoing traffic that may leave, go out, connect to, reach the internet"],
  [
    key("ingress(?=:\\s*(?:$|\\[|\\n))|fromEntities|fromEndpoints"),
    "incoming traffic that may come in, who may connect, reach it",
  ],
  [key("schedule|cron|crontab"), "when, at what time, how often it runs"],
  [key("minReplicas|minReplicaCount|maxReplicas|maxReplicaCount|idleReplicaCount"), "fewest and most copies, scaling"],
  [key("replicas|replicaCount|instances"), "how many copies, instances run"],
  [key("livenessProbe|readinessProbe|startupProbe"), "health check"],
  [key("nodeSelector|nodeAffinity|nodeName|tolerations"), "which nodes, machines, hardware it runs on"],
  [key("podAntiAffinity|topologySpreadConstraints"), "spread over nodes, not on the same machine"],
  [key("hostPath|hostNetwork|hostPID|hostPort"), "directory, network of the machine itself"],
  [
    key("privileged|runAsUser|runAsNonRoot|runAsRoot|capabilities|readOnlyRootFilesystem"),
    "security, privileges, root user",
  ],
  [key("storageClassName|storageClass|storageSize|persistence|volumeClaimTemplates"), "disk, storage, space, size"],
  [key("secretKeyRef|secretName|existingSecret|imagePullSecrets"), "credentials, password, token"],
  [key("tls|secretName|certManager"), "certificate, https, encrypted"],
  [key("nodePort|loadBalancerIP|loadBalancerClass"), "reachable from outside of the cluster"],
  [key("retention|retentionPolicy|maxAge|ttl\\w*|keepLast|retain"), "how long it is kept, deleted after"],
  [key("backup\\w*|barmanObjectStore"), "backup, copy to restore from"],
  [key("concurrencyPolicy"), "runs that overlap, at the same time"],
  [key("minAvailable|maxUnavailable|rollingUpdate"), "update, maintenance without an outage"],
  [key("terminationGracePeriodSeconds|preStop"), "shutting down, stopping"],
  [key("initContainers"), "before it starts"],
  [key("selfHeal|automated"), "changes by hand are reverted by itself"],
  [key("prune"), "what is gone from the repository is removed"],
  [key("\\S*(?:body-size|client-max-body\\w*|maxRequestBody\\w*)"), "upload, size of files and requests"],
  [
    key("\\S*(?:read-timeout|send-timeout|request-?timeout|idle-?timeout|timeout)"),
    "timeout, slow requests, how long to wait, connections stay open",
  ],
  [key("\\S*(?:ssl-redirect|redirectScheme|force-ssl\\S*)"), "http is redirected to https, encrypted"],
  [
    key("\\S*(?:whitelist-source-range|allowlist-source-range|sourceRange|loadBalancerSourceRanges)"),
    "only from certain addresses, networks",
  ],
  [key("\\S*(?:rateLimit|limit-rps|limit-rpm|limit-connections)"), "rate limit, too many requests"],
];

function key(names: string): RegExp {
  return new RegExp(`^[ \\t]*(?:- )?["']?(?:${names})["']?:`, "m");
}
