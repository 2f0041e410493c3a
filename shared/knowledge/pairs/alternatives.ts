/** Words of the field that exclude each other: a proposal about readiness is none about liveness, however alike they read. */

const FAMILIES: readonly (readonly [family: string, members: Readonly<Record<string, RegExp>>])[] = [
  [
    "probe",
    {
      liveness: /\blive(?:ness| ?ness ?probe)/,
      readiness: /\breadiness/,
      startup: /\bstart-?up ?probe/,
    },
  ],
  [
    "resource",
    {
      cpu: /\b(?:v?cpus?|cores?|millicores?)\b|(?<=\b\d+)m\b/,
      memory: /\b(?:memory|ram)\b/,
      disk: /\b(?:disks?|volumes?|storage|pvcs?)\b/,
      gpu: /\bgpus?\b/,
    },
  ],
  [
    "bound",
    {
      request: /\b(?:cpu|memory|resource|ram) requests?\b|\brequests? (?:for|of) (?:cpu|memory)\b/,
      limit:
        /\b(?:cpu|memory|resource|ram) (?:is |are |be )?limit(?:s|ed)?\b|\blimits? (?:for|of|on) (?:the |its |their )?(?:cpu|memory)\b|\blimit (?:cpu|memory)\b/,
    },
  ],
  [
    "environment",
    {
      production: /\bprod(?:uction)?\b/,
      staging: /\b(?:staging|pre-?prod(?:uction)?)\b/,
      development: /\bdev(?:elopment)? (?:cluster|environment|namespace)\b/,
    },
  ],
  ["delivery", { canary: /\bcanar(?:y|ies)\b/, "blue-green": /\bblue[- /]?green\b|\bfrom blue to green\b/ }],
  ["signal", { logs: /\blog(?:s|ging)?\b/, metrics: /\bmetrics?\b/, traces: /\b(?:traces?|tracing|spans?)\b/ }],
  ["view", { dashboard: /\bdashboards?\b/, alert: /\b(?:alerts?|alerting|alarms?)\b/ }],
  [
    "copy",
    {
      backup: /\b(?:back-?ups?|back(?:ed|s)? up|dumps?)\b/,
      "read replica": /\bread[- ]replicas?\b/,
      restore: /\brestor(?:e|es|ed|ing)\b/,
    },
  ],
  ["exposure", { NodePort: /\bnode ?port\b/, ClusterIP: /\bcluster ?ip\b/, ExternalName: /\bexternal ?name\b/ }],
  [
    "controller",
    { Deployment: /\b(?:a|as) deployments?\b/, StatefulSet: /\bstateful ?sets?\b/, DaemonSet: /\bdaemon ?sets?\b/ },
  ],
  [
    "scaling",
    {
      HorizontalPodAutoscaler: /\bhpas?\b|\bhorizontal ?pod ?autoscalers?\b/,
      VerticalPodAutoscaler: /\bvpas?\b|\bvertical ?pod ?autoscalers?\b/,
      ScaledObject: /\bscaled ?objects?\b|\bkeda\b/,
      PodDisruptionBudget: /\bpdbs?\b|\b(?:pod ?)?disruption ?budgets?\b/,
    },
  ],
  [
    "bound of a namespace",
    {
      ResourceQuota: /\b(?:resource ?)?quotas?\b/,
      NetworkPolicy: /\bnetwork ?polic(?:y|ies)\b/,
      LimitRange: /\blimit ?ranges?\b/,
    },
  ],
  ["pull policy", { IfNotPresent: /\bif ?not ?present\b/, Always: /\b(?:policy|to|pull) always\b/ }],
  ["pod security", { restricted: /\brestricted\b/, baseline: /\bbaseline\b/, privileged: /\blevel privileged\b/ }],
  ["percentile", { p50: /\bp50\b/, p90: /\bp90\b/, p95: /\bp95\b/, p99: /\bp99\b/ }],
  [
    "image check",
    {
      scan: /\bscan(?:s|ned|ning)?\b/,
      sign: /\bsign(?:s|ed|ing)?(?! (?:in|up|on))\b/,
      mirror: /\bmirror(?:s|ed|ing)?\b/,
    },
  ],
  ["hardening", { capabilities: /\bcapabilit(?:y|ies)\b/, filesystem: /\bread-?only ?root\b/, seccomp: /\bseccomp\b/ }],
  ["failure", { retry: /\bretr(?:y|ies|ied|ying)\b/, timeout: /\btime-?outs?\b/, breaker: /\bcircuit[- ]breakers?\b/ }],
  ["hook", { preStop: /\bpre-?stop\b/, postStart: /\bpost-?start\b/ }],
  [
    "weekday",
    {
      Monday: /\bmondays?\b/,
      Tuesday: /\btuesdays?\b/,
      Wednesday: /\bwednesdays?\b/,
      Thursday: /\bthursdays?\b/,
      Friday: /\bfridays?\b/,
      Saturday: /\bsaturdays?\b/,
      Sunday: /\bsundays?\b/,
    },
  ],
];

/** Family -> its members that a text names; families it does not touch are absent. `plain` is lower case. */
export function alternativesIn(plain: string): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, ReadonlySet<string>>();
  for (const [family, members] of FAMILIES) {
    const named = Object.entries(members).flatMap(([name, pattern]) => (pattern.test(plain) ? [name] : []));
    if (named.length > 0) found.set(family, new Set(named));
  }
  return found;
}
