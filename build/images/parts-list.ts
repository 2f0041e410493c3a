/** The list of what a bundle contains (SBOM, CycloneDX 1.6), from the packages that left code in it and the lock file. */
import { Contrib, Enums, Models, Serialize, Spec } from "@cyclonedx/cyclonedx-library";

/** An entry of package-lock.json's `packages`. */
interface LockedPackage {
  readonly version?: string;
  readonly license?: string;
  readonly integrity?: string;
}

export interface Contents {
  readonly program: string;
  readonly version: string;
  /** Seconds since the epoch; undefined: the list names no time. */
  readonly epoch?: number | undefined;
  /** Folders under node_modules. */
  readonly installed: readonly string[];
  readonly packages: Readonly<Record<string, LockedPackage>>;
}

/** JSON. Throws when a package is not in the lock file: then nobody knows what was bundled. */
export function partsList({ program, version, epoch, installed, packages }: Contents): string {
  const bom = new Models.Bom();
  if (epoch !== undefined) bom.metadata.timestamp = new Date(epoch * 1_000);
  bom.metadata.lifecycles.add(Enums.LifecyclePhase.Build);
  const name = `cortex-online-school/${program}`;
  const whole = new Models.Component(Enums.ComponentType.Application, name, {
    bomRef: name,
    version,
    licenses: new Models.LicenseRepository([new Models.SpdxLicense("MIT")]),
  });
  bom.metadata.component = whole;
  for (const folder of installed) {
    const locked = packages[folder];
    if (locked?.version === undefined) throw new Error(`${folder} is bundled but not in package-lock.json`);
    const part = partOf(nameOf(folder), locked.version, locked);
    // The same version may lie in two folders.
    if ([...bom.components].some(({ bomRef }) => bomRef.value === part.bomRef.value)) continue;
    bom.components.add(part);
    whole.dependencies.add(part.bomRef);
  }
  const serializer = new Serialize.JsonSerializer(new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6));
  return `${serializer.serialize(bom, { sortLists: true, space: 2 })}\n`;
}

/** What npm lets nobody publish otherwise: identifiers joined by operators. */
const licenses = new Contrib.License.Factories.LicenseFactory((text) => /\s(AND|OR|WITH)\s/.test(text));

function nameOf(folder: string): string {
  return folder.slice(folder.lastIndexOf("node_modules/") + "node_modules/".length);
}

function partOf(name: string, version: string, { license, integrity }: LockedPackage): Models.Component {
  const [group, plain] = name.startsWith("@") ? (name.split("/") as [string, string]) : [undefined, name];
  // As the purl specification writes npm packages: the scope percent-encoded.
  const purl = `pkg:npm/${group === undefined ? "" : `${encodeURIComponent(group)}/`}${plain}@${version}`;
  const part = new Models.Component(Enums.ComponentType.Library, plain, { group, version, purl, bomRef: purl });
  if (license !== undefined) part.licenses.add(licenses.makeFromString(license));
  // Of the package as the registry has it, as `npm sbom` writes it; what stands in the bundle is a part of that.
  const digest = /^sha512-(.+)$/.exec(integrity ?? "")?.[1];
  if (digest !== undefined)
    part.hashes.set(Enums.HashAlgorithm["SHA-512"], Buffer.from(digest, "base64").toString("hex"));
  return part;
}
