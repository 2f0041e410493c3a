/** The list of a bundle's parts: what is in it and nothing else, as CycloneDX wants it. */
import { Spec, Validation } from "@cyclonedx/cyclonedx-library";
import { beforeAll, expect, test } from "vitest";
import { readRecord } from "../../../build/bundle/record.ts";
import { bundle } from "../../../build/bundle.ts";
import { partsList } from "../../../build/images/parts-list.ts";
import lock from "../../../package-lock.json" with { type: "json" };

interface Parts {
  readonly metadata: { readonly timestamp?: string; readonly component: { readonly name: string } };
  readonly components: readonly {
    readonly purl: string;
    readonly licenses?: readonly unknown[];
    readonly hashes?: readonly unknown[];
  }[];
}

const PROGRAMS = ["notify", "coordinator", "ingest"];
const valid = new Validation.JsonStrictValidator(Spec.Version.v1dot6);

beforeAll(async () => {
  await bundle(PROGRAMS);
}, 300_000);

async function listOf(program: string, epoch?: number): Promise<string> {
  const record = await readRecord(program);
  return partsList({ program, version: "1.2.3", epoch, installed: record?.installed ?? [], packages: lock.packages });
}
const purls = ({ components }: Parts) => components.map(({ purl }) => purl);

test.each(PROGRAMS)(
  "that of %s fits the schema, strictly; each part has its digest, and its licence where the package names one",
  async (program) => {
    const text = await listOf(program, 1_700_000_000);
    expect(await valid.validate(text)).toBeNull();
    const { metadata, components } = JSON.parse(text) as Parts;
    expect(metadata).toMatchObject({
      timestamp: "2023-11-14T22:13:20.000Z",
      component: { name: `cortex-online-school/${program}`, version: "1.2.3" },
    });
    const nameless = components.filter(({ licenses }) => licenses === undefined).map(({ purl }) => purl);
    const unlicensed = Object.entries(lock.packages as Record<string, { version?: string; license?: string }>).flatMap(
      ([folder, { version, license }]) =>
        license === undefined ? [`${folder.split("node_modules/").at(-1)}@${version}`] : [],
    );
    for (const purl of nameless) expect(unlicensed).toContain(decodeURIComponent(purl.replace("pkg:npm/", "")));
    for (const { hashes, purl } of components) expect({ purl, hashes: hashes?.length }).toEqual({ purl, hashes: 1 });
  },
);

test("the same sources give the same text", async () => {
  expect(await listOf("notify", 7)).toBe(await listOf("notify", 7));
});

test("it names what is bundled: in the program, in HTTP mode and in its page; and what only others have, it does not", async () => {
  const [notify, coordinator, ingest] = (await Promise.all(PROGRAMS.map((one) => listOf(one)))).map(
    (text) => JSON.parse(text) as Parts,
  );
  const has = (parts: Parts | undefined, name: string) =>
    parts !== undefined && purls(parts).some((purl) => purl.startsWith(`pkg:npm/${name}@`));
  expect(has(notify, "nodemailer")).toBe(true);
  expect(has(notify, "express")).toBe(true);
  expect(has(coordinator, "preact")).toBe(true);
  expect(has(notify, "preact")).toBe(false);
  expect(has(coordinator, "nodemailer")).toBe(false);
  // It brings packages of others inside its own files.
  expect(has(ingest, "feedsmith")).toBe(true);
  // Only builds and tests want these.
  for (const name of ["esbuild", "typescript", "vitest"])
    expect(has(notify, name) || has(coordinator, name)).toBe(false);
});

test("every package the bundle's record weighs is on the list, with the version that is installed", async () => {
  const record = await readRecord("notify");
  const listed = purls(JSON.parse(await listOf("notify")) as Parts).map(decodeURIComponent);
  for (const name of Object.keys(record?.packages ?? {}))
    expect(listed.filter((purl) => purl.startsWith(`pkg:npm/${name}@`))).not.toEqual([]);
  expect(listed).toContain(`pkg:npm/ioredis@${lock.packages["node_modules/ioredis"].version}`);
});

test("what the lock file does not know is no part of an image", () => {
  const contents = { program: "route", version: "1", installed: ["node_modules/smuggled"], packages: {} };
  expect(() => partsList(contents)).toThrow("node_modules/smuggled is bundled but not in package-lock.json");
});
