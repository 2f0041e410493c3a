/** Addresses of brokers as workers hold them, in a form KEDA can use: it runs in a namespace of its own. */
import type { Variable } from "../../../repository/container-variables.ts";

export interface BrokerAddress {
  readonly scheme: string | undefined;
  readonly host: string;
  readonly port: number | undefined;
  /** Path of a URL, without its first slash. */
  readonly path: string;
  readonly hasCredentials: boolean;
}

const HOST = /^[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?$/i;

/** `scheme://user:password@host:port/path`, `host:port` or `host`; undefined when it is none of them. */
export function readAddress(text: string): BrokerAddress | undefined {
  const [, scheme, credentials, host = "", port, path = "", rest] =
    /^(?:([a-z][a-z0-9+.-]{0,20}):\/\/)?(?:([^@/\s]*)@)?([^@/:?#\s,]+)(?::(\d{1,5}))?(?:\/([^?#\s]*))?(\?\S*)?$/i.exec(
      text.trim(),
    ) ?? [];
  if (!HOST.test(host) || rest !== undefined || (port !== undefined && Number(port) > 65_535)) return undefined;
  return {
    scheme: scheme?.toLowerCase(),
    host: host.toLowerCase(),
    port: port === undefined ? undefined : Number(port),
    path,
    hasCredentials: credentials !== undefined,
  };
}

/** True when the name means the same in every namespace. */
export function isQualified(host: string): boolean {
  return host.includes(".");
}

/** The host as every namespace of the cluster knows it; undefined for the pod itself. */
export function qualified(host: string, namespace: string): string | undefined {
  if (host === "localhost" || host.startsWith("127.")) return undefined;
  return isQualified(host) ? host : `${host}.${namespace}.svc`;
}

export function addressIn(variable: Variable | undefined): BrokerAddress | undefined {
  return variable?.value === undefined ? undefined : readAddress(variable.value);
}
