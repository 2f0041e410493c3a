/**
 * Letters that look like others. A word that mixes scripts, or one of look-alikes among Latin words, says one thing to
 * people and another to patterns; it is told apart here, so that orders are found in what people would read.
 */

/** Look-alike -> Latin letter: only what common fonts draw alike. */
const PAIRS = {
  Cyrillic: "аaеeоoрpсcуyхxіiјjѕsһhԁdԛqԝwӏlАAВBЕEКKМMНHОOРPСCТTУYХXІIЈJЅSӀI",
  Greek: "οoαaνvρpτtυuιiκkχxΑAΒBΕEΖZΗHΙIΚKΜMΝNΟOΡPΤTΥYΧX",
  Armenian: "օoոnսuհhցgզq",
  Cherokee: "ᎪAᏴBᏟCᎠDᎬEᎻHᎫJᏞLᎷMᏢPᏚSᎢTᏙVᏃZ",
  Latin: "ɑaɡgıiʟlɴnʀrᴀaᴄcᴅdᴇeᴊjᴋkᴍmᴏoᴘpᴛtᴜuᴠvᴡwᴢz",
} as const;

const LATIN = new Map(
  Object.values(PAIRS).flatMap((pairs) => {
    const letters = Array.from(pairs);
    return letters.flatMap((letter, i): [string, string][] => (i % 2 === 0 ? [[letter, letters[i + 1] ?? ""]] : []));
  }),
);
const FOREIGN = [...LATIN.keys()].filter((letter) => !PAIRS.Latin.includes(letter)).join("");
const LOOKALIKE = `[${FOREIGN}]`;
const mixed = new RegExp(
  `\\p{Script=Latin}${LOOKALIKE}|${LOOKALIKE}\\p{Script=Latin}|\\p{Script=Latin}\\p{Script=Cyrillic}|\\p{Script=Cyrillic}\\p{Script=Latin}`,
  "u",
);
const whole = new RegExp(`(?<!\\p{L})${LOOKALIKE}{3,}(?!\\p{L})`, "u");

/** True when a word of the text imitates another one. Text in another script altogether does not. */
export function imitates(text: string): boolean {
  if (!/[^\p{ASCII}]/u.test(text)) return false;
  if (mixed.test(text)) return true;
  return whole.test(text) && isMostlyLatin(text);
}

function isMostlyLatin(text: string): boolean {
  const letters = [...text.matchAll(/\p{L}/gu)].length;
  return [...text.matchAll(/\p{Script=Latin}/gu)].length * 2 > letters;
}

const DIGITS: Readonly<Record<string, string>> = { "0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t" };
const SIGNS: Readonly<Record<string, string>> = { "@": "a", $: "s", "!": "i" };

/**
 * The text as somebody would read it at a glance: compatibility forms, look-alikes, stacked marks and digits for letters
 * made plain. For patterns only: it is neither quoted nor shown.
 */
export function atAGlance(text: string): string {
  const plain = text.normalize("NFKD").replaceAll(/\p{M}+/gu, "");
  const latin = /[^\p{ASCII}]/u.test(plain) ? Array.from(plain, (sign) => LATIN.get(sign) ?? sign).join("") : plain;
  if (!/\d|[@$!](?=\p{L})/u.test(latin)) return latin;
  return latin
    .replaceAll(/[@$!](?=\p{L})/gu, (sign) => SIGNS[sign] ?? sign)
    .replaceAll(/(?<![\p{L}\d])(?=\d*\p{L})[\p{L}\d]{4,}(?![\p{L}\d])/gu, (word) =>
      word.replaceAll(/[013457]/gu, (digit) => DIGITS[digit] ?? digit),
    );
}

/** Letters set apart ("i g n o r e"), which hide words from patterns; an acronym that is spelled out is shorter. */
export function isSpelledOut(text: string): boolean {
  return /(?<![\p{L}\d])(?:\p{L}[ .*_·-]{1,2}){9,}\p{L}(?![\p{L}\d])/u.test(text);
}
