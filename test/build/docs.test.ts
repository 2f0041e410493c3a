/** What documentation names is there: files, tests, commands, flags. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { PERMISSIVE, RESTRICTING } from "../../shared/pipeline/flags.ts";
import { root } from "../repo/imports.ts";
import { program } from "./cli/tree.ts";

const pages = [
  "README.md",
  "build/README.md",
  ...readdirSync(path.join(root, "build/docs"))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `build/docs/${name}`),
];
const text = (page: string) => readFileSync(path.join(root, page), "utf8");

test.each(pages)("links of %s lead somewhere", (page) => {
  const links = [...text(page).matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)].map(([, link]) => link ?? "");
  const gone = links.filter((link) => !/^https?:/.test(link) && !existsSync(path.join(root, path.dirname(page), link)));
  expect(gone).toEqual([]);
});

test.each(pages)("tests named by %s exist", (page) => {
  const named = [...text(page).matchAll(/`(test\/[\w./-]+)`/g)].map(([, file]) => file ?? "");
  expect(named.filter((file) => !existsSync(path.join(root, file)))).toEqual([]);
});

test.each(pages)("commands and options named by %s exist", (page) => {
  const named = [...text(page).matchAll(/(?:^|`)(?:\.\/build\/cli\/)?school(?:\.mjs)? ([a-z][a-z -]*[^`\n#]*)/gm)];
  const wrong = named.flatMap(([, line = ""]) => {
    const words = line.split(/[\s,]+/);
    let command = program;
    while (command.commands.length > 0) {
      const next = command.commands.find((child) => child.name() === words[0]);
      if (next === undefined) break;
      words.shift();
      command = next;
    }
    if (command === program) return [line];
    const known = [command, ...command.commands].flatMap(({ options }) => options.map(({ long }) => long));
    const options = words.map((word) => /^--[a-z-]+/.exec(word)?.[0]).filter((word) => word !== undefined);
    return options
      .filter((option) => !known.includes(option) && option !== "--help")
      .map((option) => `${line}: ${option}`);
  });
  expect(wrong).toEqual([]);
});

test("the operations guide tells of every flag that stops something", () => {
  const guide = text("build/docs/operations.md");
  expect(RESTRICTING.filter((flag) => !guide.includes(flag))).toEqual([]);
  expect(PERMISSIVE.length).toBeGreaterThan(0);
});
