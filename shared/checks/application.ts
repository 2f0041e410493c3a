/** The Application as a whole is not worse than before: catches what the change broke beside its own objects. */
import { type Check, failed, inconclusive, successful } from "./check.ts";
import { clusterLimits } from "./schedule.ts";

export const application: Check = {
  name: "application",
  surroundings: true,
  // Argo CD aggregates every few seconds; one look may fall between two of its reconciliations.
  limits: (schedule) => clusterLimits(schedule, 1, false),
  async look({ application: name, argoCd, baseline, signal }) {
    const app = await argoCd.application(name, signal);
    const health = app?.status?.health;
    const status = health?.status ?? "Unknown";
    if (status === "Healthy" || status === baseline?.health) return successful(`Application ${name} is ${status}`);
    if (status !== "Degraded") return inconclusive(`Application ${name} is ${status}`);
    const message = (health?.message ?? "").slice(0, 300);
    return failed(`Application ${name} is Degraded${message === "" ? "" : `: ${message}`}`);
  },
};
