/** One line of a message: whatever a text holds, it cannot begin another. */
const LONGEST = 300;

/** Of at most `longest` signs, and one that says that there were more. */
export function line(text: string, longest = LONGEST): string {
  const flat = text.replaceAll(/[\p{C}\s]+/gu, " ").trim();
  return flat.length <= longest ? flat : `${flat.slice(0, longest)}…`;
}
