import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { SHELLS, shellScript } from "../../../build/cli/completion.ts";
import { schoolCommand } from "./school.ts";
import { commandsOf, program } from "./tree.ts";

/** What a real bash offers behind these words; the last is what is being typed. */
function offered(...words: readonly string[]): string[] {
  const typed = ["school", ...words].map((word) => `'${word}'`).join(" ");
  const script = `${shellScript(program, "bash")}\nCOMP_WORDS=(${typed}); COMP_CWORD=${words.length}; _school; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr, status } = spawnSync("bash", ["--norc", "-c", script], { encoding: "utf8" });
  expect({ stderr, status }).toEqual({ stderr: "", status: 0 });
  return stdout.split("\n").filter((line) => line !== "");
}

describe("bash offers", () => {
  test.each([
    [["wat"], ["watches", "watch"]],
    [["sources", "ag"], ["again"]],
    [["sources", "again", "--js"], ["--json"]],
    [["sources", "again", "an-id", "--js"], ["--json"]],
    [["approve", "list", "--rea"], ["--reason"]],
    [["list", "--st"], ["--status"]],
    [["nothing-like-it", "sho"], ["show"]],
    [["show", "an-i"], []],
  ])("behind %j: %j", (words, expected) => {
    expect(offered(...words)).toEqual(expected);
  });
});

test.each(SHELLS)("the script for %s names every command", (shell) => {
  const script = shellScript(program, shell);
  for (const name of commandsOf().keys()) for (const word of name.split(" ")) expect(script).toContain(word);
});

test("a shell nobody knows is typed wrongly", async () => {
  const { code, err } = await schoolCommand(["completion", "tcsh"], {});
  expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining("bash, zsh, fish") });
});
