/** A platform where named things are there, lacking, asleep or only a placeholder, and a proposal that asks about it. */
import { findInPlace } from "../../functions/validate/in-place.ts";
import { application, deployment, platformOf, SIZED, service } from "../support/platform.ts";

const times = (text: string, count: number) => text.replace("spec:\n", `spec:\n  replicas: ${count}\n`);
export const small = (kind: string, name: string, spec: string, apiVersion = "v1") =>
  `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata: {name: ${name}}\nspec: ${spec}\n`;
const budget = (name: string, app: string) =>
  small("PodDisruptionBudget", name, `{minAvailable: 1, selector: {matchLabels: {app: ${app}}}}`, "policy/v1");
const job = (name: string, image: string) =>
  `apiVersion: batch/v1\nkind: Job\nmetadata: {name: ${name}}\nspec: {template: {spec: {restartPolicy: Never, containers: [{name: build, image: "${image}"}]}}}\n`;

/** A coast with its lights: `beacon` has a quota and budgets, `fog-lab` nothing of it. */
export const platform = platformOf({
  "apps/beacon.yaml": application("beacon", "beacon", "beacon"),
  "apps/fog.yaml": application("fog", "fog", "fog-lab"),
  "apps/horns.yaml": application("horns", "horns", "horn-room"),
  "beacon/quota.yaml": small("ResourceQuota", "beacon-quota", '{hard: {pods: "40", limits.memory: 24Gi}}'),
  "beacon/lamp.yaml":
    times(deployment("lamp-driver", { extra: SIZED }), 3) + `---\n${budget("lamp-pdb", "lamp-driver")}`,
  "beacon/lens.yaml": times(deployment("lens-turner", { image: "lights.example/optics/turner:latest" }), 2),
  "beacon/keeper.yaml": deployment("gull-chaser-daemon", { extra: SIZED }),
  "beacon/logbook.yaml": `${deployment("logbook", { extra: SIZED })}---\n${service("logbook", 80)}`,
  "beacon/asleep.yaml": times(deployment("oil-counter"), 0),
  "beacon/stub.yaml": deployment("tide-teller", { image: "registry.k8s.io/pause:3.9" }),
  "beacon/alerts.yaml": small("PrometheusRule", "lamp-alerts", "{groups: []}", "monitoring.coreos.com/v1"),
  "beacon/account.yaml": "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: lamp-account}\n",
  "beacon/night.yaml": `apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: wick-trimmer}\nspec: {schedule: "0 4 * * *", jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: t, image: "a/b:1"}]}}}}}\n`,
  "beacon/policy.yaml": small(
    "NetworkPolicy",
    "lamp-only",
    "{podSelector: {matchLabels: {app: lamp-driver}}}",
    "networking.k8s.io/v1",
  ),
  "beacon/build.yaml": job("paint-build", "lights.example/tools/painter:latest"),
  "fog/horn.yaml": times(deployment("fog-horn"), 2),
  "fog/build.yaml": job("horn-build", "lights.example/tools/painter:v2.1.0"),
  "fog/fog-gauge.yaml": times(deployment("fog-gauge", { extra: SIZED }), 2),
  "fog/scaler.yaml":
    "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {name: gauge}\nspec: {scaleTargetRef: {kind: Deployment, name: fog-gauge}, minReplicas: 2, maxReplicas: 4}\n",
  "horns/range.yaml": small("LimitRange", "horn-limits", "{limits: [{type: Container, default: {memory: 300Mi}}]}"),
  "horns/bell.yaml": deployment("fog-bell", { extra: SIZED }),
  "nobody/quota.yaml": small("ResourceQuota", "lost-quota", "{hard: {pods: 5}}").replace(
    "{name: lost-quota}",
    "{name: lost-quota, namespace: fog-lab}",
  ),
});
export const look = (title: string, notes = "", description = "") =>
  findInPlace({ title, description, implementation_notes: notes, quotes: [] }, platform);
