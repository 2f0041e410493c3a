/** Values in manifests that read like credentials. The value itself is never told. */
import type { Platform, Resource } from "../../repository/platform.ts";
import { at, itemsAt, stringsAt, textAt } from "../../repository/values.ts";
import { asWorkload } from "../../repository/workloads.ts";
import type { Found } from "../finding.ts";
import { placeIn } from "../place.ts";
import { type Keys, nameOf } from "../review.ts";
import { allContainers } from "./workloads.ts";

/** The name says that a secret is in it; names of files, of Secrets and of keys in them do not. */
const NAME = /(^|[-_.])(password|passwd|secret|token|api[-_]?key|access[-_]?key|private[-_]?key|credentials?)s?$/i;
/** Empty, a reference, a placeholder, a path, a switch or a number: nothing somebody could use. */
const HARMLESS =
  /^\s*$|\$[({]|\{\{|^<.*>$|^\/|^(true|false|none|null|disabled|enabled|yes|no|\d+)$|^(change-?me|replace-?me|placeholder|example|todo|xxx+|your[-_ ].*|\*+)$/i;
/** `scheme://user:password@host` */
const IN_ADDRESS = /:\/\/[^\s/:@]+:(?![^@]*[${<])[^\s/@]{3,}@/;
const PEM = /-----BEGIN [A-Z ]*PRIVATE KEY-----/;

export function plaintextCredentials(platform: Platform): readonly Found[] {
  return platform.resources.flatMap((resource) =>
    credentialsIn(resource).map(({ name, keys }): Found => {
      const message = `${nameOf(resource)}: ${name} reads like a credential and stands here in plain text`;
      return { rule: "plaintext-credentials", object: nameOf(resource), message, ...placeIn(platform, resource, keys) };
    }),
  );
}

function credentialsIn(resource: Resource): { readonly name: string; readonly keys: Keys }[] {
  const workload = asWorkload(resource);
  if (workload !== undefined) {
    return allContainers(workload).flatMap(({ name, spec, place }) =>
      itemsAt(spec, "env").flatMap((variable, index) => {
        const key = textAt(variable, "name") ?? "";
        const value = at(variable, "value");
        const isOne = typeof value === "string" && isCredential(key, value);
        return isOne
          ? [{ name: `${key.slice(0, 100)} of container ${name}`, keys: [...place, "env", index, "value"] }]
          : [];
      }),
    );
  }
  if (resource.kind !== "ConfigMap") return [];
  return Object.entries(stringsAt(resource.object, "data"))
    .filter(([key, value]) => isCredential(key, value))
    .map(([key]) => ({ name: key.slice(0, 100), keys: ["data", key] }));
}

function isCredential(name: string, value: string): boolean {
  if (PEM.test(value) || IN_ADDRESS.test(value)) return true;
  return NAME.test(name) && value.length < 4_096 && !value.trim().includes("\n") && !HARMLESS.test(value);
}
