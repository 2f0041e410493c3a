/**
 * Versions of what is stored, and the way forward. Within one version a format only grows: readers pass over what they do
 * not know, and nobody takes away what another one reads. What cannot be done like that is a new version with one pure
 * step that leads to it from the one before.
 */

/** From version `to - 1` to `to`. Pure; what it does not know it keeps. */
export interface Step<Value> {
  readonly to: number;
  /** What became different, for people. */
  readonly says: string;
  readonly migrate: (old: Value) => Value;
}

/** Written by a newer version of the school, in a form this one cannot read. Whoever meets it leaves it as it is. */
export class NewerSchema extends Error {
  readonly version: number;
  readonly reads: number;

  constructor(what: string, version: number, reads: number) {
    super(`${what} is of version ${version}; this program reads up to version ${reads}`);
    this.name = "NewerSchema";
    this.version = version;
    this.reads = reads;
  }
}

/** The version the last step leads to; 1 without any. */
export function newest(steps: readonly Pick<Step<never>, "to">[]): number {
  return steps.at(-1)?.to ?? 1;
}

/** `value` of `version` in the newest form. Throws NewerSchema. */
export function broughtForward<Value>(
  what: string,
  steps: readonly Step<Value>[],
  version: number,
  value: Value,
): Value {
  const reads = steps.at(-1)?.to ?? 1;
  if (version > reads) throw new NewerSchema(what, version, reads);
  return steps.filter(({ to }) => to > version).reduce((old, { migrate }) => migrate(old), value);
}
