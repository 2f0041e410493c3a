/** Texts for a pull request, made harmless once more: whatever a caller lets through notifies nobody and links nothing. */
import { untrusted } from "../../domain/commit-message.ts";
import { cleanText } from "../../domain/text.ts";

/** GitHub takes 256 characters. */
const TITLE_MAX = 200;
/** GitHub takes 65,536 characters. */
const BODY_MAX = 60_000;

/** One line of plain text. */
export function requestTitle(text: string): string {
  return untrusted(text, TITLE_MAX) || "An improvement without a title";
}

/**
 * Markdown that mentions no person or team, refers to no ticket or commit of anybody, closes none and hides nothing; at
 * most 60,000 characters. Layout, code and links stay.
 */
export function requestBody(text: string): string {
  const quiet = cleanText(text)
    // As characters they would be mentions and references all the same.
    .replace(/&(#0*64|#x0*40|commat);?/gi, "@")
    .replace(/&(#0*35|#x0*23|num);?/gi, "#")
    .replace(/(^|[^\p{L}\p{N}])@(?=[\p{L}\p{N}])/gu, "$1@ ")
    .replace(/#(?=\d)/g, "# ")
    .replace(/\bGH-(?=\d)/gi, "GH ")
    // GitHub writes "mentioned this" into what an address of its own leads to; through its redirect it does not.
    .replace(/\bhttps?:\/\/(?:www\.)?github\.com(?=\/)/gi, "https://redirect.github.com")
    .replaceAll("<!--", "&lt;!--");
  return shortened(quiet);
}

function shortened(text: string): string {
  if (text.length <= BODY_MAX) return text;
  return `${text.slice(0, BODY_MAX).toWellFormed()}\n\n(The rest is left out: a pull request takes no more.)\n`;
}
