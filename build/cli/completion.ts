/** Scripts that complete commands and options, for the shells people use: the tree of commands as a table of words. */
import type { Command } from "commander";

export const SHELLS = ["bash", "zsh", "fish"] as const;
export type ShellName = (typeof SHELLS)[number];

/** What may follow one path of commands. */
interface Place {
  /** Names of the commands that lead here; of the program itself none. */
  readonly path: readonly string[];
  readonly words: readonly Word[];
}
interface Word {
  readonly word: string;
  readonly about: string;
}

export function shellScript(program: Command, shell: ShellName): string {
  const places = placesOf(program, []);
  if (shell === "bash") return bash(places);
  return shell === "zsh" ? zsh(places) : fish(places);
}

function placesOf(command: Command, path: readonly string[]): Place[] {
  const help = command.createHelp();
  const commands = help.visibleCommands(command).filter((child) => command.commands.includes(child));
  const words = [
    ...commands.map((child) => ({ word: child.name(), about: child.description() })),
    ...help.visibleOptions(command).flatMap(({ long, short, description }) => {
      const word = long ?? short;
      return word === undefined || word === null ? [] : [{ word, about: description }];
    }),
  ];
  return [{ path, words }, ...commands.flatMap((child) => placesOf(child, [...path, child.name()]))];
}

/** Goes along the words typed so far, as far as they are commands: their path is in `at` afterwards. */
function walk(places: readonly Place[], words: string): string {
  const paths = places.flatMap(({ path }) => (path.length === 0 ? [] : [quoted(` ${path.join(" ")}`)]));
  return `  local at="" word
  for word in ${words}; do
    case "$at $word" in
      ${paths.join(" | \\\n      ")}) at="$at $word" ;;
    esac
  done`;
}

function bash(places: readonly Place[]): string {
  const cases = places.map(({ path, words }) => {
    const list = words.map(({ word }) => word).join(" ");
    return `    ${quoted(path.length === 0 ? "" : ` ${path.join(" ")}`)}) list=${quoted(list)} ;;`;
  });
  return `# bash completion of \`school\`: source <(school completion bash)
_school() {
${walk(places, '"${COMP_WORDS[@]:1:COMP_CWORD-1}"')}
  local list=""
  case "$at" in
${cases.join("\n")}
  esac
  COMPREPLY=($(compgen -W "$list" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _school school school.mjs`;
}

function zsh(places: readonly Place[]): string {
  const cases = places.map(({ path, words }) => {
    const list = words.map(({ word, about }) => quoted(`${word.replaceAll(":", "\\:")}:${about}`)).join(" ");
    return `    ${quoted(path.length === 0 ? "" : ` ${path.join(" ")}`)}) list=(${list}) ;;`;
  });
  return `#compdef school school.mjs
# zsh completion of \`school\`: source <(school completion zsh)
_school() {
${walk(places, '"${(@)words[2,CURRENT-1]}"')}
  local -a list
  case "$at" in
${cases.join("\n")}
  esac
  _describe 'school' list || _files
}
compdef _school school school.mjs`;
}

function fish(places: readonly Place[]): string {
  const paths = places.flatMap(({ path }) => (path.length === 0 ? [] : [quoted(` ${path.join(" ")}`)]));
  const lines = places.flatMap(({ path, words }) => {
    const at = quoted(quotedInside(path.length === 0 ? "" : ` ${path.join(" ")}`));
    return words.map(({ word, about }) => {
      const what = word.startsWith("--")
        ? `-l ${word.slice(2)}`
        : word.startsWith("-")
          ? `-s ${word.slice(1)}`
          : `-a ${word}`;
      return `complete -c school -n ${at} ${what} -d ${fishQuoted(about)}`;
    });
  });
  return `# fish completion of \`school\`: school completion fish | source
function __school_at
  set -l at ""
  for word in (commandline -opc)[2..]
    switch "$at $word"
      case ${paths.join(" ")}
        set at "$at $word"
    end
  end
  test "$at" = "$argv[1]"
end
${lines.join("\n")}`;
}

/** For sh and its kin. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function quotedInside(path: string): string {
  return `__school_at "${path}"`;
}

function fishQuoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
