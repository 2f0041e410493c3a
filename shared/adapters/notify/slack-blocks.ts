/**
 * A message as Slack's blocks with the plain text beside them that notifications show (docs.slack.dev, Block Kit: a section
 * holds 3,000 characters, a message 50 blocks). Text stays text: nobody is mentioned, nothing becomes a link by itself.
 */
import type { Message } from "../../notify-ports.ts";
import { repeated, signed } from "./look.ts";

const SECTION_MAX = 3_000;
const MOST_SECTIONS = 40;

interface Section {
  readonly type: "section";
  readonly text: { readonly type: "mrkdwn"; readonly text: string; readonly verbatim: true };
}
interface Context {
  readonly type: "context";
  readonly elements: readonly Section["text"][];
}
export interface SlackText {
  readonly text: string;
  readonly blocks: readonly (Section | Context)[];
}

/** `&`, `<` and `>` as Slack wants them written; never longer than `most`, and never cut inside of one. */
export function escaped(text: string, most = SECTION_MAX): string {
  let result = "";
  for (const sign of text.toWellFormed()) {
    const written = sign === "&" ? "&amp;" : sign === "<" ? "&lt;" : sign === ">" ? "&gt;" : sign;
    if (result.length + written.length > most - 1) return `${result}…`;
    result += written;
  }
  return result;
}

export function slackText(message: Message): SlackText {
  const headline = escaped(signed(message), SECTION_MAX - 2);
  const notes = [repeated(message), message.thread === undefined ? undefined : `id ${message.thread}`];
  const small = notes.flatMap((note) => (note === undefined ? [] : [escaped(note)]));
  const way = message.link === undefined ? [] : [`<${escaped(message.link)}|Open in the school>`];
  return {
    text: escaped([signed(message), ...message.lines].join("\n")),
    blocks: [
      section(`*${headline.replaceAll("*", "∗")}*`),
      ...sections(message.lines).map(section),
      ...(small.length + way.length === 0 ? [] : [context([...way, ...small].join(" · "))]),
    ],
  };
}

function sections(lines: readonly string[]): string[] {
  const texts: string[] = [];
  for (const line of lines.map((each) => escaped(each))) {
    const before = texts.at(-1);
    if (before !== undefined && before.length + 1 + line.length <= SECTION_MAX)
      texts[texts.length - 1] = `${before}\n${line}`;
    else texts.push(line);
  }
  return texts.slice(0, MOST_SECTIONS);
}

function section(text: string): Section {
  return { type: "section", text: { type: "mrkdwn", text, verbatim: true } };
}

function context(text: string): Context {
  return { type: "context", elements: [{ type: "mrkdwn", text, verbatim: true }] };
}
