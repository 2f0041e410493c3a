/** How much a new service may take: what the LimitRange and others of the same image show, else what was planned for it. */

import { mostCommon } from "../../repository/conventions.ts";
import { limitProblems, limitsOf, RESOURCE_NAMES, type ResourceName } from "../../repository/limit-range.ts";
import { inNamespace } from "../../repository/lookup.ts";
import type { Platform } from "../../repository/platform.ts";
import { formatMemory, parseQuantity } from "../../repository/quantity.ts";
import { knownClaims } from "../../repository/storage-classes.ts";
import { at, textAt } from "../../repository/values.ts";
import {
  chooseResources,
  imageName,
  type ResourceValues,
  resourceEvidence,
  resourcesWithin,
} from "../resource-values.ts";
import { type CatalogueSize, MEBI } from "./catalogue/entry.ts";
import type { DeployService } from "./deploy-service-schema.ts";

export interface ChosenSize {
  readonly resources: { readonly requests: ResourceValues; readonly limits: ResourceValues };
  /** Bytes the container may use. */
  readonly memory: number;
}

/** For software nobody has measured here. */
const MODEST: CatalogueSize = {
  cpu: { request: 0.05, limit: 0.5 },
  memory: { request: 128 * MEBI, limit: 256 * MEBI },
  least: 32 * MEBI,
};

/**
 * Requests and limits of the container; a text says why none fit. `size` is the catalogue's own plan: then neighbours that
 * run something else say nothing about it.
 */
export function chooseSize(
  platform: Platform,
  intent: DeployService,
  image: string,
  size: CatalogueSize | undefined,
): ChosenSize | string {
  const { namespace } = intent;
  const range = limitsOf(platform, namespace);
  const all = resourceEvidence(platform);
  const name = imageName(image);
  const evidence = size === undefined ? all : { ...all, sized: all.sized.filter((one) => one.image === name) };
  const blank = { image, requests: {}, limits: {}, spec: {} };
  const shown = chooseResources(evidence, { namespace, podSpec: {}, containers: [] }, blank);
  const planned = resourcesWithin(platform, namespace, size ?? MODEST);
  const least = (size ?? MODEST).least;
  const given = { requests: intent.requests ?? {}, limits: intent.limits ?? {} };
  const isLimited = range?.defaultLimit.cpu !== undefined || limitsCpu(platform, namespace);
  const base = { requests: planned.requests, limits: isLimited ? planned.limits : { memory: planned.limits.memory } };
  const tried = [shown ?? base, base].map(({ requests, limits }) => ({
    requests: overlaid(base.requests, requests, given.requests),
    limits: overlaid(base.limits, limits, given.limits),
  }));
  let problem = "";
  for (const resources of tried) {
    problem = problemOf(resources) ?? limitProblems(range ?? NO_RANGE, resources.requests, resources.limits)[0] ?? "";
    const memory = parseQuantity(resources.limits.memory) ?? 0;
    if (problem === "" && memory < least)
      problem = `it needs ${formatMemory(least, "up")} of memory, and may have ${resources.limits.memory}`;
    if (problem === "") return { resources, memory };
  }
  return `its resources do not fit: ${problem}`;
}

/** The last that says something counts. */
function overlaid(...all: readonly { readonly [name in ResourceName]?: string | undefined }[]): ResourceValues {
  const entries = RESOURCE_NAMES.map((name) => [name, all.findLast((one) => one[name] !== undefined)?.[name]] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

const NO_RANGE = {
  names: [],
  defaultLimit: {},
  defaultRequest: {},
  min: {},
  max: {},
  ratio: {},
  podMin: {},
  podMax: {},
};

function problemOf({ requests, limits }: ChosenSize["resources"]): string | undefined {
  const names = ["cpu", "memory"] as const;
  const over = names.find((name) => {
    const [request, limit] = [parseQuantity(requests[name]), parseQuantity(limits[name])];
    return request !== undefined && limit !== undefined && request > limit;
  });
  return over === undefined ? undefined : `the ${over} request is over its limit`;
}

/** A quota on CPU limits refuses pods that have none. */
function limitsCpu(platform: Platform, namespace: string): boolean {
  return inNamespace(platform, namespace).some(
    ({ kind, object }) => kind === "ResourceQuota" && at(object, "spec", "hard", "limits.cpu") !== undefined,
  );
}

export interface ChosenStorage {
  readonly size: string;
  /** As most claims write it; undefined leaves it to the default class. */
  readonly storageClass: string | undefined;
}

export function chooseStorage(platform: Platform, intent: DeployService, usual: string): ChosenStorage | string {
  const { namespace, storage } = intent;
  const range = limitsOf(platform, namespace);
  const [least, most] = [range?.claimMin ?? 0, range?.claimMax ?? Number.POSITIVE_INFINITY];
  const wanted = parseQuantity(storage ?? usual) ?? 0;
  const fitted = Math.min(Math.max(wanted, least), most);
  if (storage !== undefined && fitted !== wanted) {
    return `LimitRange ${range?.names.join(", ")} takes no claim of ${storage}`;
  }
  const claims = knownClaims(platform);
  const near = claims.filter((claim) => claim.namespace === namespace);
  const models = near.length > 0 ? near : claims;
  const classes = models.flatMap(({ spec }) => textAt(spec, "storageClassName") ?? []);
  return {
    size: storage ?? (fitted === wanted ? usual : formatMemory(fitted, "up")),
    storageClass: classes.length * 2 > models.length ? mostCommon(classes) : undefined,
  };
}

/** `spec` of a claim. */
export function claimSpec({ size, storageClass }: ChosenStorage) {
  return {
    accessModes: ["ReadWriteOnce"],
    ...(storageClass === undefined ? {} : { storageClassName: storageClass }),
    resources: { requests: { storage: size } },
  };
}
