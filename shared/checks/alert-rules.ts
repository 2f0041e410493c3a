/**
 * The alerts of a PrometheusRule are evaluated: Prometheus itself says that it has loaded them. That the object exists
 * proves nothing, because a rule nobody selects is never looked at.
 */
import * as z from "zod";
import type { ObjectRef } from "../domain/change-set.ts";
import type { RuleGroup } from "../ports.ts";
import { type Check, failed, inconclusive, type Look, successful, type World, worstOf } from "./check.ts";
import { clusterLimits } from "./schedule.ts";

const Rule = z.object({
  spec: z.object({
    groups: z.array(
      z.object({
        name: z.string(),
        rules: z.array(z.object({ alert: z.string().optional(), record: z.string().optional() })).default([]),
      }),
    ),
  }),
});

export const alertRules: Check = {
  name: "alert-rules",
  // Nothing counts against it before the last look: reloading takes minutes, and a rule that is not loaded hurts nobody.
  limits: (schedule) => clusterLimits(schedule, 0, false),
  async look(world) {
    const rules = world.objects.filter(isRule);
    return worstOf(await Promise.all(rules.map((rule) => lookAt(rule, world))), "no alert rule is changed");
  },
};

function isRule({ apiVersion, kind, effect }: ObjectRef): boolean {
  return kind === "PrometheusRule" && apiVersion.startsWith("monitoring.coreos.com/") && effect !== "delete";
}

async function lookAt(ref: ObjectRef, { cluster, metrics, lastLook, signal }: World): Promise<Look> {
  const name = `PrometheusRule ${ref.namespace ?? ""}/${ref.name}`;
  const notYet = (message: string) => (lastLook ? failed(message) : inconclusive(message));
  const found = await cluster.object(ref.apiVersion, ref.kind, ref.namespace ?? "", ref.name, signal);
  if (found === undefined) return notYet(`${name} does not exist`);
  const rule = Rule.safeParse(found);
  const groups = rule.success ? rule.data.spec.groups.filter((group) => group.rules.length > 0) : [];
  if (groups.length === 0) return inconclusive(`${name} holds no rules`);
  const loaded = await metrics.ruleGroups?.(signal);
  if (loaded === undefined) return inconclusive(`no Prometheus can be asked whether it evaluates ${name}`);
  // A server that evaluates nothing at all is not the one that was meant.
  if (loaded.length === 0) return inconclusive(`this Prometheus has loaded no rules, so it tells nothing of ${name}`);
  const looks = groups.map(({ name: group, rules }): Look => {
    const wanted = rules.flatMap(({ alert, record }) => alert ?? record ?? []);
    const match = loaded.find((one) => one.name === group && wanted.every((each) => has(one, each)));
    if (match === undefined) return notYet(`group ${group} of ${name} is not loaded`);
    const own = match.rules.filter((one) => wanted.includes(one.name));
    const broken = own.find(({ health }) => health === "err");
    if (broken !== undefined) {
      return notYet(`${broken.name} of ${name} cannot be evaluated: ${(broken.lastError ?? "").slice(0, 300)}`);
    }
    const waiting = own.find(({ health }) => health !== "ok");
    if (waiting !== undefined) return inconclusive(`${waiting.name} of ${name} was not evaluated yet`);
    const firing = own.filter(({ state }) => state === "firing").length;
    return successful(`${own.length} rules of ${name} are evaluated${firing === 0 ? "" : `, ${firing} are firing`}`);
  });
  return worstOf(looks, `${name} holds no rules`);
}

function has({ rules }: RuleGroup, name: string): boolean {
  return rules.some((rule) => rule.name === name);
}
