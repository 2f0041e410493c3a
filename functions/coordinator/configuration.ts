/** The configuration in force, for people to read: every setting, its value unless that is a secret, where it is from. */
import type { Environment } from "../../shared/runtime/config.ts";
import { CoordinatorSettings } from "./settings.ts";

export interface ConfiguredValue {
  readonly name: string;
  /** Null: it is a secret, or not set. */
  readonly value: string | null;
  readonly secret: boolean;
  /** `unset`: it has no value, and needs none. */
  readonly from: "environment" | "default" | "unset";
}

/** Those of the coordinator, by name. Of a secret nothing is told but whether it is set. */
export function configurationOf(env: Environment): ConfiguredValue[] {
  return Object.entries(CoordinatorSettings.shape)
    .map(([name, schema]) => {
      const given = env[name];
      const secret = isSecret(name);
      if (given !== undefined && given !== "") {
        return { name, value: secret ? null : shown(given), secret, from: "environment" } as const;
      }
      const usual = schema.safeParse(undefined);
      if (!usual.success || usual.data === undefined || isEmpty(usual.data)) {
        return { name, value: null, secret, from: "unset" } as const;
      }
      return { name, value: secret ? null : text(usual.data), secret, from: "default" } as const;
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function isSecret(name: string): boolean {
  return /SECRET|PASSWORD|CREDENTIAL|TOKENS?$|_KEYS?$/.test(name);
}

/** Addresses may carry a password or a key where one would not look for it. */
function shown(value: string): string {
  return value.replaceAll(/([a-z][a-z0-9+.-]*:\/\/)[^/?#\s]*@/gi, "$1…@").replaceAll(/(:\/\/[^?#\s]*)[?#]\S*/g, "$1?…");
}

function isEmpty(value: unknown): boolean {
  return value === "" || (Array.isArray(value) && value.length === 0);
}

function text(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
