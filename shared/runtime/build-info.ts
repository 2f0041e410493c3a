/** Which build of the school this program is. The bundler puts both in; `source` is TypeScript as it stands. */
import { LAYOUT } from "../domain/schema/layout.ts";
import { RECORD_SCHEMA } from "../domain/schema/record.ts";

declare const SCHOOL_VERSION: string | undefined;
declare const SCHOOL_BUILD: string | undefined;

/** Of package.json. */
export const VERSION = typeof SCHOOL_VERSION === "string" ? SCHOOL_VERSION : "0.0.0";

/** `<version>+<build>`: two bundles of one stage have the same build exactly when they were made from the same files. */
export const BUILD = `${VERSION}+${typeof SCHOOL_BUILD === "string" ? SCHOOL_BUILD : "source"}`;

/** The end of a process's name: what it is, and which records and keys it can read. `buildOf` takes it apart. */
export const BUILD_SUFFIX = `@${BUILD}/${RECORD_SCHEMA}.${LAYOUT}`;

export interface Build {
  /** `unknown`: it is of a version that did not say. */
  readonly build: string;
  readonly recordSchema: number;
  readonly layout: number;
}

/** What the name of a worker says of its program. */
export function buildOf(worker: string): Build {
  const [, build, record, layout] = /@([^@/]{1,80})\/(\d{1,6})\.(\d{1,6})$/.exec(worker) ?? [];
  return build === undefined
    ? { build: "unknown", recordSchema: 1, layout: 1 }
    : { build, recordSchema: Number(record), layout: Number(layout) };
}
