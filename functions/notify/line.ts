/** One line of a message: whatever a text holds, it cannot begin another, call anybody or lead anywhere. */
const LONGEST = 300;

/** Of at most `longest` signs, and one that says that there were more. Links and mentions are text. */
export function line(text: string, longest = LONGEST): string {
  const flat = defused(text.replaceAll(/[\p{C}\s]+/gu, " ").trim());
  return flat.length <= longest ? flat : `${flat.slice(0, longest).toWellFormed()}…`;
}

/** No client makes a link or a mention of it. Who wrote a text must not reach those who read about it. */
function defused(text: string): string {
  return text
    .replaceAll(/([a-z][a-z0-9+.-]{0,30}):\/\//gi, "$1[:]//")
    .replaceAll(/\b(mailto|tel|javascript|data|slack):(?=\S)/gi, "$1[:]")
    .replaceAll(/\bwww\.(?=\w)/gi, "www[.]")
    .replaceAll(/@(?=[\p{L}\p{N}_-])/gu, "@ ");
}
