/** What a model is shown of a repository: sections of its documents, manifests around a place, and names in use. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { inventoryOf, nearbyManifests } from "../../../shared/repository/nearby.ts";
import { ownDocuments } from "../../../shared/repository/own-documents.ts";
import { markdownSections } from "../../../shared/repository/sections.ts";
import { application, deployment, gitOf, platformOf, sample } from "../../support/platform.ts";

describe("sections of Markdown", () => {
  test.each<[string, string, [string, string][]]>([
    ["nothing", "", []],
    ["no heading", "a\n\nb", [["", "a\n\nb"]]],
    [
      "headings inside each other",
      "# A\none\n## B\ntwo\n### C ###\nthree\n## D\nfour\n# E\nfive",
      [
        ["A", "one"],
        ["A > B", "two"],
        ["A > B > C", "three"],
        ["A > D", "four"],
        ["E", "five"],
      ],
    ],
    [
      "underlined ones",
      "Title\n=====\na\n\nPart\n---\nb",
      [
        ["Title", "a"],
        ["Title > Part", "b"],
      ],
    ],
    [
      "code is no heading",
      "# A\n```sh\n# not one\n```\n# B\nb",
      [
        ["A", "```sh\n# not one\n```"],
        ["B", "b"],
      ],
    ],
    ["a fence that never ends", "# A\n~~~\n# x", [["A", "~~~\n# x"]]],
    ["a rule is no heading", "# A\n- item\n---\nb", [["A", "- item\n---\nb"]]],
    [
      "Windows' line ends",
      "# A\r\na\r\n# B\r\nb\r\n",
      [
        ["A", "a"],
        ["B", "b"],
      ],
    ],
  ])("%s", (_name, text, expected) => {
    expect(markdownSections(text, 1_000).map(({ place, text: part }) => [place, part])).toEqual(expected);
  });

  test("long ones are cut between paragraphs, and no word is lost", () => {
    const paragraphs = Array.from({ length: 30 }, (_, i) => `paragraph ${i} ${"word ".repeat(10)}`.trim());
    const sections = markdownSections(`# A\n${paragraphs.join("\n\n")}`, 200);
    expect(sections.every(({ place, text }) => place === "A" && text.length <= 200)).toBe(true);
    expect(sections.map(({ text }) => text).join("\n\n")).toBe(paragraphs.join("\n\n"));
  });

  test("any text keeps every sign that is no heading and no space", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom("a", "#", " ", "\n", "```", "b c", "é")), (parts) => {
        const sections = markdownSections(parts.join(""), 20);
        expect(sections.every(({ text }) => text.length <= 20)).toBe(true);
        const letters = (text: string) => text.replaceAll(/[^é]/g, "").length;
        const kept = sections.reduce((sum, { text }) => sum + letters(text), 0);
        const titles = letters([...new Set(sections.flatMap(({ place }) => place.split(" > ")))].join(""));
        expect(kept).toBeLessThanOrEqual(letters(parts.join("")));
        expect(kept + titles).toBeLessThanOrEqual(2 * letters(parts.join("")));
      }),
    );
  });
});

const texts = {
  "README.md":
    "# Platform\n\nHow we run things.\n\n## Limits\n\nEvery container has a memory limit; batch jobs may take 2Gi.\n",
  "docs/backups.md": "# Backups\n\nNightly dumps go to the backup bucket. The password is hunter2-long.\n",
  "docs/network.markdown": "# Network\n\nEvery namespace denies ingress by default.\n",
  "vendor/x/README.md": "# Limits\n\nlimit limit limit memory limit\n",
  "notes.txt": "memory limit",
};

describe("documents of the repository", () => {
  const find = (about: string, characters = 5_000) =>
    ownDocuments(gitOf(texts)).find({ commit: "c", about, characters });

  test.each([
    ["set memory limits on containers", "README.md", "Platform > Limits"],
    ["back up the database every night", "docs/backups.md", "Backups"],
    ["default deny for ingress in a namespace", "docs/network.markdown", "Network"],
  ])("%s: %s, %s", async (about, path, place) => {
    expect((await find(about))[0]).toMatchObject({ path, place });
  });

  test("no vendored ones, none that are no Markdown, no secrets, no more than asked for", async () => {
    const all = await find("memory limit backup network password namespace");
    expect(all.map(({ path }) => path)).not.toContain("vendor/x/README.md");
    expect(JSON.stringify(all)).not.toContain("hunter2");
    expect(await find("memory limit", 10)).toEqual([]);
    expect(await find("quantum entanglement")).toEqual([]);
  });

  test("are read once per commit", async () => {
    let reads = 0;
    const git = gitOf(texts);
    const read: typeof git.read = async (blobs) => {
      reads += 1;
      return git.read(blobs);
    };
    const documents = ownDocuments({ ...git, read });
    for (const commit of ["a", "a", "b"]) await documents.find({ commit, about: "limits", characters: 100 });
    expect(reads).toBe(2);
  });
});

describe("manifests around a place", () => {
  const platform = platformOf({
    "app.yaml": application("a", "shop", "shop"),
    "shop/cart.yaml": deployment("cart"),
    "shop/cart-worker.yaml": deployment("cart-worker"),
    "shop/range.yaml":
      "apiVersion: v1\nkind: LimitRange\nmetadata: {name: r}\nspec: {limits: [{type: Container, max: {memory: 1Gi}}]}\n",
    "other.yaml": deployment("stray"),
  });
  const place = { target: "Deployment shop/cart, container main", namespace: "shop" };

  test("the target, then what bounds it, then its neighbours; nothing twice", () => {
    const found = nearbyManifests(platform, [place, place], "", 20_000);
    expect(found.map(({ place: at }) => at)).toEqual([
      "Deployment shop/cart",
      "LimitRange shop/r",
      "Deployment shop/cart-worker",
    ]);
    expect(found[0]?.text).toContain("kind: Deployment");
  });

  test("without a place those that are spoken of by name", () => {
    const [first] = nearbyManifests(platform, [], "the cart is slow", 20_000);
    expect(first?.place).toBe("Deployment shop/cart");
    expect(nearbyManifests(platform, [], "nothing of the kind", 20_000)).toEqual([]);
  });

  test("no more than asked for", () => {
    const found = nearbyManifests(sample("harbor"), [], "storefront orders insights api web worker", 3_000);
    expect(found.reduce((sum, { text }) => sum + text.length, 0)).toBeLessThanOrEqual(3_000);
  });

  test("the names in use, those that matter first", () => {
    expect(inventoryOf(platform, ["shop"], 5_000)).toBe(
      "Application a: shop -> shop\n" +
        "Deployment shop/cart-worker: main=registry.example.com/team/app:1.0.0\n" +
        "Deployment shop/cart: main=registry.example.com/team/app:1.0.0\n",
    );
    const short = inventoryOf(sample("harbor"), ["insights"], 900);
    expect(short.length).toBeLessThan(1_000);
    expect(short).toMatch(/\(\d+ more\)/);
  });
});
