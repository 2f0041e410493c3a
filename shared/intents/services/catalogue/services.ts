/** Every service the school can deploy by itself. A new one is one entry. */
import { imageName } from "../../resource-values.ts";
import { caches } from "./caches.ts";
import type { CatalogueService } from "./entry.ts";
import { knowledge } from "./knowledge.ts";
import { messaging } from "./messaging.ts";
import { telemetry } from "./telemetry.ts";

export const catalogue: readonly CatalogueService[] = [...caches, ...messaging, ...knowledge, ...telemetry];

export function catalogueService(id: string): CatalogueService | undefined {
  return catalogue.find((one) => one.id === id);
}

/** The service of the catalogue an image runs, whoever built it. */
export function serviceOfImage(image: string): CatalogueService | undefined {
  const name = imageName(image);
  return catalogue.find(({ same }) => same.test(name));
}
