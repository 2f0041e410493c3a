/** What the school knows of a service it can deploy: enough to run it without privileges, and to tell that somebody asks for it. */
import type { Fields } from "../../../repository/values.ts";

export const SERVICE_WORKLOADS = ["Deployment", "StatefulSet", "DaemonSet"] as const;
export type ServiceWorkload = (typeof SERVICE_WORKLOADS)[number];

export interface CataloguePort {
  readonly name: string;
  readonly port: number;
}

/** Cores and bytes. */
export interface CatalogueSize {
  readonly cpu: { readonly request: number; readonly limit: number };
  readonly memory: { readonly request: number; readonly limit: number };
  /** A memory limit under this and it does not start, or is of no use. */
  readonly least: number;
}

/** What the place it runs in decides. */
export interface Setting {
  /** Bytes the container may use. */
  readonly memory: number;
  /** What it holds must outlive its pod. */
  readonly lasting: boolean;
  /** `host:port` of a place for traces, where the repository shows one. */
  readonly backend: string | undefined;
}

export interface CatalogueService {
  /** What intents call it, and its workload where nobody asks for another name. */
  readonly id: string;
  /** In one sentence, for people and models. */
  readonly purpose: string;
  /** The kinds of workload it can be, the usual one first. A StatefulSet keeps its data on a claim. */
  readonly kinds: readonly ServiceWorkload[];
  /** Pinned, the usual one first; all of them are run in the same way. */
  readonly images: readonly [string, ...string[]];
  /** Last part of an image that is the same software, run in the same way. */
  readonly same: RegExp;
  readonly user: number;
  /** The first is the one clients mean. */
  readonly ports: readonly [CataloguePort, ...CataloguePort[]];
  readonly args?: (setting: Setting) => readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** A password it asks of its clients: the variable that gives it, and what turns it on. */
  readonly password?: { readonly variable: string; readonly args?: readonly string[] };
  readonly readiness: Fields;
  readonly liveness: Fields;
  /** Folders beside its data it writes to. */
  readonly writable?: readonly string[];
  readonly data?: { readonly path: string; readonly size: string };
  /** A file it reads, written into a ConfigMap. */
  readonly config?: { readonly path: string; readonly file: string; readonly text: (setting: Setting) => string };
  readonly size: CatalogueSize;
  /** It opens connections of its own accord. */
  readonly calls: boolean;
  /** Schemes of addresses only it answers. */
  readonly schemes: readonly string[];
  /** Ports no other widespread software is asked on. */
  readonly distinctive: readonly number[];
  /** Its names in hosts and variables, each a whole word between hyphens or underscores. */
  readonly words: readonly string[];
  /** How people speak of it, or of what it is for. */
  readonly spoken: RegExp;
}

export const MEBI = 2 ** 20;

export function httpProbe(path: string, port: string): Fields {
  return { httpGet: { path, port } };
}

export function tcpProbe(port: string): Fields {
  return { tcpSocket: { port } };
}
