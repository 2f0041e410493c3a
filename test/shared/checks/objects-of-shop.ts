/** Objects of the shop for checks that look at something else than pods. */
import type { ObjectRef } from "../../../shared/domain/change-set.ts";
import type { Phase } from "../../../shared/domain/health.ts";
import { baselineOf, look, phaseOf, type Shop, shop, textOf } from "./world.ts";

export type Objects = Shop["objects"];
export type Case = readonly [name: string, objects: Objects, lastLook: boolean, phase: Phase | "n/a", says: RegExp];

export const ref = (
  apiVersion: string,
  kind: string,
  name: string,
  effect: ObjectRef["effect"] = "create",
): ObjectRef => ({
  apiVersion,
  kind,
  namespace: "shop",
  name,
  effect,
});
export const endpoints = (name: string, ready: number, waiting = 0): Objects => ({
  [`Endpoints ${name}`]: {
    metadata: { name },
    subsets:
      ready + waiting === 0
        ? []
        : [
            {
              addresses: Array.from({ length: ready }, () => ({})),
              notReadyAddresses: Array.from({ length: waiting }, () => ({})),
            },
          ],
  },
});
export const service = (name: string, spec: object = { selector: { app: name } }): Objects => ({
  [`Service ${name}`]: { metadata: { name }, spec },
});
export const web = { ...service("web"), ...endpoints("web", 2) };

export async function seen(
  check: string,
  objects: readonly ObjectRef[],
  state: Objects,
  lastLook = false,
  before: Objects = {},
  over: Partial<Shop> = {},
) {
  const baseline = await baselineOf(shop({ objects: before }), objects);
  const result = await look(check, shop({ objects: state, ...over }), { objects, baseline, lastLook });
  return [phaseOf(result), textOf(result)];
}
