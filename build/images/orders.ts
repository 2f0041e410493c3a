/** What is to be built: one order per image. */
import path from "node:path";
import { ROOT } from "../bundle/targets.ts";
import { imageOf } from "../manifests/deployment.ts";
import { IMAGES, type ImageProgram, isImage } from "./programs.ts";
import type { BuildOrder } from "./tools.ts";

export const DOCKERFILE = "build/images/Dockerfile";

export interface Wishes {
  /** Empty: all. */
  readonly programs: readonly string[];
  readonly version: string;
  readonly tag: string;
  readonly registry: string | undefined;
  readonly base: string | undefined;
  readonly platform: string | undefined;
  readonly revision: string | undefined;
  readonly epoch: number | undefined;
}

export interface ImageOrder extends BuildOrder {
  readonly program: ImageProgram;
}

/** Throws on a program there is no image of. */
export function imageOrders(wishes: Wishes): ImageOrder[] {
  const unknown = wishes.programs.filter((name) => !isImage(name));
  if (unknown.length > 0)
    throw new Error(`There is no image of ${unknown.join(", ")}; there are ${IMAGES.join(", ")}.`);
  const programs = IMAGES.filter((name) => wishes.programs.length === 0 || wishes.programs.includes(name));
  return programs.map((program) => orderOf(program, wishes));
}

function orderOf(program: ImageProgram, wishes: Wishes): ImageOrder {
  const { version, tag, registry, base, platform, revision, epoch } = wishes;
  const name = imageOf(program, tag);
  return {
    program,
    tag: registry === undefined ? name : `${registry.replace(/\/+$/, "")}/${name}`,
    dockerfile: path.join(ROOT, DOCKERFILE),
    context: ROOT,
    arguments: {
      STAGE: program,
      VERSION: version,
      ...(revision === undefined ? {} : { REVISION: revision }),
      ...(epoch === undefined ? {} : { SOURCE_DATE_EPOCH: String(epoch) }),
      ...(base === undefined ? {} : { NODE_IMAGE: base }),
    },
    labels: epoch === undefined ? {} : { "org.opencontainers.image.created": new Date(epoch * 1_000).toISOString() },
    platform,
  };
}
