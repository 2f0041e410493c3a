/** Pods a LimitRange refuses, bound by bound; what just fits is left alone. */
import { expect, test } from "vitest";
import { limitViolations } from "../../../shared/graph/limit-violations.ts";
import { application, deployment, platformOf } from "../../support/platform.ts";

const RATIO = "{type: Container, maxLimitRequestRatio: {cpu: 4, memory: 2}}";
const sized = (requests: string, limits: string) =>
  `          resources: {requests: {${requests}}, limits: {${limits}}}\n`;

test.each<[string, string, string | undefined, readonly string[]]>([
  ["exactly the ratio", RATIO, sized("cpu: 100m, memory: 1Gi", "cpu: 400m, memory: 2Gi"), []],
  ["just over it", RATIO, sized("cpu: 100m, memory: 1Gi", "cpu: 401m, memory: 2Gi"), ["main cpu ratio"]],
  [
    "both over it",
    RATIO,
    sized("cpu: 100m, memory: 1Gi", "cpu: 2, memory: 4Gi"),
    ["main cpu ratio", "main memory ratio"],
  ],
  ["a ratio, and no limit at all", RATIO, sized("cpu: 100m, memory: 1Gi", "memory: 2Gi"), ["main cpu ratio"]],
  ["a ratio, and a limit that is the request", RATIO, sized("", "cpu: 1, memory: 1Gi"), []],
  [
    "defaults that break their own ratio",
    "{type: Container, default: {cpu: 500m}, defaultRequest: {cpu: 100m}, maxLimitRequestRatio: {cpu: 4}}",
    undefined,
    ["main cpu ratio"],
  ],
  ["the maximum is the default limit", "{type: Container, max: {memory: 1Gi}}", undefined, []],
  [
    "under the minimum",
    "{type: Container, min: {memory: 64Mi}}",
    sized("memory: 32Mi", "memory: 64Mi"),
    ["main memory min"],
  ],
  ["over the maximum", "{type: Container, max: {cpu: 2}}", sized("cpu: 1", "cpu: 2001m"), ["main cpu max"]],
  [
    "a pod over its maximum",
    "{type: Pod, max: {memory: 1Gi}}",
    sized("memory: 1Gi", "memory: 2Gi"),
    ["pod memory max"],
  ],
  ["a pod without a limit has none to break", "{type: Pod, max: {memory: 1Gi}}", undefined, []],
])("%s", (_, limits, extra, expected) => {
  const platform = platformOf({
    "app.yaml": application("shop", "shop", "shop"),
    "shop/r.yaml": `apiVersion: v1\nkind: LimitRange\nmetadata: {name: r}\nspec: {limits: [${limits}]}\n`,
    "shop/web.yaml": deployment("web", extra === undefined ? {} : { extra }),
    // Nobody applies it, so nobody refuses it.
    "else/web.yaml": deployment("other", { extra: sized("cpu: 1m", "cpu: 9") }).replace(
      "name: other\n",
      "name: other\n  namespace: shop\n",
    ),
  });
  const found = limitViolations(platform).map(
    ({ container = "pod", resource, bound }) => `${container} ${resource} ${bound}`,
  );
  expect(found).toEqual(expected);
});
