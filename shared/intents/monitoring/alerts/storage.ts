/** Alerts on what runs towards an end: volumes that fill, jobs that fail, certificates that expire. */
import { alertRulesOf, MONITORING_GROUP, metricsIn } from "../../../repository/alert-rules.ts";
import { inNamespace } from "../../../repository/lookup.ts";
import { itemsAt, stringsAt, textAt } from "../../../repository/values.ts";
import type { Place, Signal } from "./signal.ts";

export const volumeFillUp: Signal = {
  id: "volume-fill-up",
  words: /\b(?:disks?|volumes?|pvcs?|storage|saturat\w+|fill(?:s|ing)? up|full|inodes?|out of space)\b/iu,
  metrics: () => ["kubelet_volume_stats_available_bytes", "kubelet_volume_stats_used_bytes"],
  inStack: "kubernetesStorage",
  rank: 6,
  concerns: ({ platform, namespace, workloads }) =>
    inNamespace(platform, namespace).some(({ kind, application }) => {
      return kind === "PersistentVolumeClaim" && application !== undefined;
    }) || workloads.some(({ resource }) => itemsAt(resource.object, "spec", "volumeClaimTemplates").length > 0),
  alerts({ namespace }) {
    const free = `kubelet_volume_stats_available_bytes{namespace="${namespace}"}`;
    const share = `${free} / kubelet_volume_stats_capacity_bytes{namespace="${namespace}"}`;
    const runbook = "Look what grew; delete what may go, or enlarge the claim if its storage class allows it.";
    return [
      {
        alert: "VolumeAlmostFull",
        expr: `${share} < 0.1`,
        for: "15m",
        urgency: "now",
        summary: `A volume in ${namespace} is almost full.`,
        description:
          "Claim {{ $labels.persistentvolumeclaim }} has {{ $value | humanizePercentage }} of its space left.",
        runbook,
      },
      {
        alert: "VolumeFillingUp",
        expr: `${share} < 0.3 and predict_linear(${free}[6h], 4 * 24 * 3600) < 0`,
        for: "1h",
        urgency: "soon",
        summary: `A volume in ${namespace} will be full within four days.`,
        description:
          "Claim {{ $labels.persistentvolumeclaim }} has {{ $value | humanizePercentage }} of its space left and keeps growing.",
        runbook,
      },
    ];
  },
};

export const jobFailures: Signal = {
  id: "job-failures",
  words:
    /\b(?:(?:cron ?)?jobs? (?:fail\w*|that fail\w*)|failed (?:cron ?)?jobs?|(?:cron|batch|backup) ?jobs?|backups? fail\w*)\b/iu,
  metrics: () => ["kube_job_failed", "kube_job_status_failed"],
  inStack: "kubernetesApps",
  rank: 4,
  concerns: ({ workloads }) => workloads.some(({ kind }) => kind === "CronJob" || kind === "Job"),
  alerts: ({ namespace }) => [
    {
      alert: "JobFailed",
      expr: `kube_job_failed{namespace="${namespace}",condition="true"} > 0`,
      for: "5m",
      urgency: "soon",
      summary: `A job in ${namespace} failed.`,
      description: "Job {{ $labels.job_name }} did not complete.",
      runbook: "Read the log of its last pod. Delete the failed Job once its work is done again, or the alert stays.",
    },
  ],
};

const CERTIFICATES = ["certmanager_certificate_expiration_timestamp_seconds"];

export const certificateExpiry: Signal = {
  id: "certificate-expiry",
  words: /\b(?:certificates?|certs?|tls)\b/iu,
  metrics: () => CERTIFICATES,
  rank: 4,
  concerns: (place) => certificatesIn(place).length > 0,
  alerts(place) {
    const { platform, namespace } = place;
    const scraped =
      alertRulesOf(platform).some(({ expr }) => metricsIn(expr).some(({ metric }) => CERTIFICATES.includes(metric))) ||
      platform.resources.some(
        ({ apiVersion, kind, name, object }) =>
          apiVersion.startsWith(`${MONITORING_GROUP}/`) &&
          kind.endsWith("Monitor") &&
          (name.includes("cert-manager") || JSON.stringify(object).includes('"cert-manager"')),
      );
    if (!scraped)
      return "nothing in the repository scrapes cert-manager, so the expiry of certificates is not measured";
    // The namespace of the certificate is exported_namespace unless the monitor honours labels.
    const series = (label: string) => `certmanager_certificate_expiration_timestamp_seconds{${label}="${namespace}"}`;
    return [
      {
        alert: "CertificateExpiresSoon",
        expr: `(${series("exported_namespace")} or ${series("namespace")}) - time() < 14 * 24 * 3600`,
        for: "1h",
        urgency: "soon",
        summary: `A certificate in ${namespace} expires within two weeks.`,
        description: "Certificate {{ $labels.name }} expires in {{ $value | humanizeDuration }} and was not renewed.",
        runbook:
          "Look at the Certificate's conditions and its Orders and Challenges; renewal usually fails on DNS or rate limits.",
      },
    ];
  },
};

/** cert-manager Certificates, and Ingresses it makes one for. */
function certificatesIn({ platform, namespace }: Place) {
  return inNamespace(platform, namespace).filter(({ apiVersion, kind, object, application }) => {
    if (application === undefined) return false;
    if (kind === "Certificate") return apiVersion.startsWith("cert-manager.io/");
    const annotations = stringsAt(object, "metadata", "annotations");
    const issued = Object.keys(annotations).some((key) => /^cert-manager\.io\/(?:cluster-)?issuer$/.test(key));
    return kind === "Ingress" && issued && itemsAt(object, "spec", "tls").some((one) => textAt(one, "secretName"));
  });
}
