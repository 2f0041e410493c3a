/** A whole repository in tests, and what is told of it. */
import type { Report } from "../../shared/policy/finding.ts";
import { judgeRepository } from "../../shared/policy/judge-repository.ts";
import { application, deployment, platformOf, SIZED, service } from "./platform.ts";

export const base = {
  "apps/shop.yaml": application("shop", "shop", "shop"),
  "shop/web.yaml": deployment("web", { extra: SIZED }),
  "shop/web-service.yaml": service("web", 80),
};
export type Texts = Record<string, string>;
const QUIET =
  /^always-human|pod-security-restricted|require-probes|protected-namespaces|unknown-schema|not-covered apps/;

/** `<severity> <rule> <path>:<line>:<column>` of everything that is not said of every repository. */
export function told({ findings }: Report): string[] {
  return findings
    .map(({ severity, rule, path, line, column }) => ({
      rule,
      text: `${severity} ${rule} ${path ?? "-"}:${line ?? "-"}:${column ?? "-"}`,
    }))
    .filter(({ rule, text }) => !QUIET.test(rule) && !/not-covered apps/.test(text))
    .map(({ text }) => text);
}
export const found = (texts: Texts) => told(judgeRepository(platformOf({ ...base, ...texts })));

export const object = (kind: string, rest: string, apiVersion = "v1", name = "new") =>
  `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata:\n  name: ${name}\n${rest}`;
export const pod = (spec: string, name = "new") =>
  `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
spec:
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec:
${spec}`;
export const container = (rest: string) => `      containers:
        - name: main
          image: registry.example.com/team/app:1.0.0
          resources: {requests: {cpu: 100m, memory: 128Mi}, limits: {memory: 256Mi}}
${rest}`;
