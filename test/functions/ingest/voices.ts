/** Short transcripts in many voices, with what a careful listener would take home from each. */
export interface Voice {
  readonly who: string;
  readonly says: string;
  /** Topics the speaker recommends. */
  readonly takes: readonly string[];
  /** Topics that are only mentioned, warned against or belong to somebody else. */
  readonly leaves: readonly string[];
}

export const voices: readonly Voice[] = [
  {
    who: "a tired on-call engineer",
    says: `We had three incidents in one week. Each time it was the same batch job eating the box. I added a memory limit to that job and went back to bed. Honestly, if your pods don't have limits you will lose nodes at night. My colleague wanted a service mesh. We didn't need a service mesh.`,
    takes: ["resource-limits"],
    leaves: ["service-mesh"],
  },
  {
    who: "a database consultant",
    says: `Let me be blunt. Replication is not a backup. You need nightly dumps of every Postgres database, stored somewhere else. And you have to test the restore, every single month. I once met a team whose dumps were encrypted with a key nobody had. People say you must shard early; ignore those people.`,
    takes: ["database-backups", "restore-tests"],
    leaves: ["encryption-at-rest"],
  },
  {
    who: "a security trainer",
    says: `Rule number one is default deny. Every namespace must have a network policy that blocks what nobody asked for. Second, your service accounts should follow least privilege, so scope your cluster roles down. Third, never run containers as root. A lot of people run as root, they always have, and it hurts them in the end.`,
    takes: ["network-policy", "rbac", "pod-security"],
    leaves: [],
  },
  {
    who: "an observability fan",
    says: `I love graphs, I have one for my cat. What really helped us was tracing. We rolled out OpenTelemetry on all services and suddenly the slow calls were visible. You should also alert on symptoms, not on causes: alert on error rate and latency. Dashboards are for people, not for walls.`,
    takes: ["tracing", "alert-rules"],
    leaves: ["resource-limits", "network-policy"],
  },
  {
    who: "a manager at a town hall",
    says: `This quarter we should communicate better and set clear boundaries. You must know your limits and always have a backup plan. Please rotate the chairs. We policed our network of partners. I recommend the soup.`,
    takes: [],
    leaves: ["resource-limits", "database-backups", "network-policy", "secrets"],
  },
  {
    who: "a contrarian",
    says: `Everybody tells you to set CPU limits. Don't set CPU limits, they throttle you for nothing. We removed our CPU limits and latency dropped by half. Network policies are fine, I have no opinion. You don't need Kafka, and you certainly do not need a service mesh.`,
    takes: [],
    leaves: ["resource-limits", "message-queues", "service-mesh", "network-policy"],
  },
  {
    who: "a platform builder with an accent of committees",
    says: `It is recommended that readiness probes be configured on all workloads. It is our policy that every deployment has a pod disruption budget. Images must be pinned by digest and signed with cosign. Autoscaling was discussed, no decision was taken.`,
    takes: ["probes", "disruption-budgets", "image-pinning"],
    leaves: ["autoscaling"],
  },
  {
    who: "auto captions without any punctuation",
    says: `so today we talk about kubernetes and um what you really want is a network policy in every namespace that denies everything by default and then you open the ports you need okay and also make sure you back up your databases every night with a cron job because we lost a cluster once and that was not fun so yeah that is basically what i wanted to say thanks for watching and dont forget to like this video`,
    takes: ["network-policy", "database-backups"],
    leaves: ["gitops"],
  },
  {
    who: "a networking veteran",
    says: `DNS, it is always DNS. We put a node local DNS cache on every node and the timeouts went away. For the edge, use the Gateway API for new routes. I would not touch the CNI on a running cluster. Should you use BGP at home? Probably not.`,
    takes: ["dns", "gateway-api"],
    leaves: ["cni", "load-balancing"],
  },
  {
    who: "an AI engineer",
    says: `Chunking matters more than the model. You should parse your PDFs with Docling before you index them, and combine dense vectors with keyword search, hybrid retrieval wins. We serve our models with vLLM. And measure token usage, or the bill will do it for you.`,
    takes: ["document-processing", "retrieval", "model-observability", "llm-serving"],
    leaves: ["database-backups"],
  },
  {
    who: "an interview with a question and an answer",
    says: `Would you say that every team should use GitOps? I think so, yes. Put everything in Git and let Argo CD apply it, that's the way to go. And secrets? Never keep plain text passwords in the repository, use sealed secrets or an external secrets operator.`,
    takes: ["gitops", "secrets"],
    leaves: [],
  },
  {
    who: "a post-mortem read aloud",
    says: `At 09:14 the connection count reached its maximum. Too many connections, the log said, four thousand times. What fixed it was a pooler: we put PgBouncer in front of the database. An action item from the review: the schema migrations should run as a separate step before the rollout. The author of the change is not to blame.`,
    takes: ["connection-pooling", "schema-migrations"],
    leaves: ["authentication"],
  },
  {
    who: "a storyteller who gets there late",
    says: `My grandmother kept two sets of keys. I never understood it until the day our certificate expired on a Sunday. The lesson was simple. Let cert-manager renew your certificates. And the old lady would have added, check the second set now and then.`,
    takes: ["tls-certificates"],
    leaves: ["secrets"],
  },
  {
    who: "a vendor",
    says: `Our product is the best product. Analysts say you must have zero trust. Book a demo at our booth. With our platform you never have to think about backups, quotas or alerts again.`,
    takes: [],
    leaves: ["mtls", "database-backups", "resource-quotas", "alert-rules"],
  },
  {
    who: "a beginner's lesson",
    says: `A readiness probe tells Kubernetes whether your container can take traffic. A liveness probe tells it whether to restart you. Here is a Deployment, and here is a Service. A network policy is a firewall for pods. Etcd stores the state of the cluster.`,
    takes: [],
    leaves: ["network-policy", "database-backups", "rbac"],
  },
  {
    who: "a cost controller",
    says: `Forty percent of our bill was air. Right-size your containers: look at real usage and lower the requests. We scale the workers to zero at night with KEDA. Then we put a resource quota on each team's namespace and the discussions became shorter.`,
    takes: ["resource-limits", "event-driven-scaling", "resource-quotas"],
    leaves: ["slos"],
  },
  {
    who: "a bank's architect",
    says: `In our house we mandate limits for CPU and memory on all containers, without exception. The reason is a noisy neighbour that stopped payments for eleven minutes. The regulator asks for audit logs of the API server, so turn those on early. We evaluated Istio and decided against it.`,
    takes: ["resource-limits", "audit-and-detection"],
    leaves: ["service-mesh"],
  },
  {
    who: "a game studio's only operator",
    says: `Launch day, two hundred thousand players, and the leaderboard's Redis just evaporated. It had no persistence, nothing. If I could go back I would turn on append only files. And I'd take a snapshot of that Redis every hour, a backup of the data store costs you nothing. Also: players lie.`,
    takes: ["redis-persistence"],
    leaves: ["caching"],
  },
  {
    who: "a university lecturer",
    says: `Consider the following. Two services share a node. One of them forgets to release memory. Without a memory limit the kernel must choose a victim, and it may choose the innocent one. Therefore, a limit on memory should be part of every manifest. That is my whole lecture.`,
    takes: ["resource-limits"],
    leaves: [],
  },
  {
    who: "two hosts who talk over each other",
    says: `I mean, you would not leave your front door open, right? No, and yet the pods can all talk to each other. So what do you do? You lock down pod to pod traffic. Exactly, with network policies, one for every namespace, deny first, ask later. Love it. And backups? Oh, don't get me started on backups.`,
    takes: ["network-policy"],
    leaves: ["database-backups"],
  },
  {
    who: "a translator of German conference talks",
    says: `The most important lesson from the outage was, you have to practise restoring your databases. We schedule a weekly dump of MySQL and a monthly restore into a fresh database. Whoever has no backups has no pity from me.`,
    takes: ["restore-tests", "database-backups"],
    leaves: [],
  },
  {
    who: "a changelog reader",
    says: `Version two adds support for network policies. It removes the old probes. It deprecates the v1beta1 autoscaling API. Bug fixes in the backup job. Thanks to all contributors.`,
    takes: [],
    leaves: ["network-policy", "probes", "autoscaling", "database-backups"],
  },
  {
    who: "a startup founder with regrets",
    says: `We put everything behind Kafka and it was a mistake. A table in Postgres would have done it. What I would do from day one: structured logs in one place, and a dashboard per service. I would not build my own auth again, put an OAuth2 proxy in front and move on.`,
    takes: ["logging", "dashboards", "authentication"],
    leaves: ["message-queues"],
  },
  {
    who: "a hospital's administrator",
    says: `Patients come first, then doctors, then servers. Our databases get backed up every night to a second site, that is not negotiable. Every namespace gets a quota. And nobody, nobody, gets cluster admin any more.`,
    takes: ["database-backups", "resource-quotas", "rbac"],
    leaves: [],
  },
  {
    who: "a retrospective with speakers and stamps",
    says: `00:00 INTERVIEWER 1: Right then, so for the recording, this is the retrospective of the billing migration, third of March.
00:12 DANA (SRE): Morning.
00:14 INTERVIEWER 1: What bit you?
00:16 DANA (SRE): Everything bit us. Honestly the big one, nobody had memory limits on the exporter pods, and one export of a huge tenant took the node with it. We've capped them since. Every export pod has a memory limit now, and the chart won't render without one.
00:41 DANA (SRE): Second, we never rehearsed the restore. Twelve hours of binlogs, and nobody knew the flags. I'd insist on a restore drill before each migration.
01:02 INTERVIEWER 1: Would a bigger database have helped?
01:05 DANA (SRE): No! Everyone asked that. It wouldn't.
01:11 PIET: If I may. The connection storm. Twenty workers, two hundred connections each. We should have had PgBouncer in between from the start. I proposed sharding, that was silly, don't shard.
01:33 DANA (SRE): And the DNS thing, where the old name was cached for a day. Lower your TTLs the week before. Please.
01:48 PIET: Alerts too. The replication lag alert was muted. We ought to alert on lag and page when it's over a minute.
02:01 INTERVIEWER 1: Would you use blue-green next time?
02:04 DANA (SRE): I don't think so, not for databases. For the API, sure, roll it out as a canary.
02:15 PIET: Kafka Connect was fun but we won't be using it again.
02:21 DANA (SRE): Oh and credentials! Someone pasted the billing password in the values file. Never put passwords in values files, we use Vault for that now.`,
    takes: ["resource-limits", "restore-tests", "secrets", "connection-pooling", "alert-rules"],
    leaves: ["message-queues", "replication"],
  },
  {
    who: "a weekly newsletter",
    says: `Platform Weekly #88
===================

Hi all 👋

TL;DR — three things to do before the freeze:

- [ ] add readiness probes to anything that still lacks them
- [ ] make sure your namespace has a default-deny NetworkPolicy
- [ ] check your PDBs. \`minAvailable: 100%\` is not a budget, it's a hostage situation

**What we're reading.** A post claims you must move to eBPF by summer. You mustn't. Another one says "containers should run as root for performance". Hard no: run them as non-root.

**Incident of the week.** The staging certificate expired (again). Use cert-manager, it renews for you. We considered buying a wildcard for ten years and dropped the idea.

**Deprecated.** The old Jenkins is gone. Tracing remains optional. The mesh pilot was cancelled.

Q: can I get cluster-admin for a day?
A: no.`,
    takes: ["network-policy", "probes", "pod-security", "tls-certificates", "disruption-budgets"],
    leaves: ["service-mesh", "rbac", "cni"],
  },
  {
    who: "a recogniser that heard no marks and few names",
    says: `right so um if i had to give you like three things number one is always always have resource limits on your containers because otherwise your your noisy neighbor is gonna take you down right number two and this is the thing nobody does is actually test your back ups like restore them on a schedule don't just assume and number three put your cube config under get ops use argo c d or flux or whatever you like but nobody should be running cube cuddle apply from a laptop now people ask me what about service meshes and i'm like look if you have five services you do not need east io okay you really don't we ripped it out at my last job what you do need is good observability so we instrument everything with open telemetry and we alert on symptoms not causes that's it that's the talk`,
    takes: ["gitops", "resource-limits", "restore-tests", "alert-rules"],
    leaves: ["service-mesh"],
  },
];
