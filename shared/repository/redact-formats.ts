/** Secrets that are known by their own form, wherever they stand. */

export const REDACTED = "[redacted]";

/** A block in armour: its first line, and its body as far as it looks like one; a half block ends there too. */
const ARMOUR =
  /-----BEGIN (?!AGE ENCRYPTED)[A-Z0-9 ]{2,40}-----(?:[^\n]*?-----END [A-Z0-9 ]{2,40}-----|[^\n"'`]*(?:\n[ \t>#*|"'+]*(?:[A-Za-z0-9+/=\\n]{16,}|[A-Za-z0-9+/]*={0,2}|[A-Za-z-]+: [^\n]*)["',\\]*[ \t]*(?=\n|$))*(?:\n[^\n]{0,20}-----END [A-Z0-9 ]{2,40}-----[^\n"'`]{0,4})?)/g;

/** Prefixes vendors give their keys so that they can be found. */
const PREFIXED =
  /(?<![A-Za-z0-9])(?:gh[oprsu]_|github_pat_|gl(?:pat|dt|rt|cbt|ptt|ft|soat|agent|imt)-|GR1348941|xox[abceoprs]-|xoxe\.|xapp-|sk-|[rs]k_(?:live|test)_|whsec_|hv[sbr]\.|npm_|dckr_(?:pat|oat)_|pypi-|SG\.|ya29\.|1\/\/0|GOCSPX-|gl(?:sa|c)_|do[oprt]_v1_|lin_api_|ntn_|secret_|hf_|dapi|tskey-|dp\.(?:pt|st|ct|sa)\.|pul-|sntry[su]_|shp(?:at|ss|ca|pa)_|sq0(?:atp|csp|idp)-|NRAK-|AGE-SECRET-KEY-|key-|nvapi-|gsk_|r8_|ATATT3|ATCTT3|EAACEdEose0cBA)[\w.~+/=-]{12,}/g;

const WHOLE: readonly RegExp[] = [
  PREFIXED,
  /\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\b|\bAIza[\w-]{30,}/g,
  /\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?/g,
  /https:\/\/hooks\.[\w.-]+\/[\w/-]+/g,
  /https:\/\/(?:[\w-]+\.)*(?:discord(?:app)?\.com\/api\/webhooks|webhook\.office\.com|logic\.azure\.com)\/[^\s"'`)>|]+/g,
  // Telegram's bots, Discord's bots, Azure's client secrets, old tokens of Vault.
  /\b\d{6,12}:[A-Za-z0-9_-]{34,36}\b|\b[MNO][\w-]{23,27}\.[\w-]{6}\.[\w-]{27,}/g,
  /(?<![\w~])[\w.-]{3}\dQ~[\w.~-]{30,40}/g,
  /(?<![\w.])s\.[A-Za-z0-9]{24}\b/g,
  // crypt(3), bcrypt, argon2, and what LDAP makes of them.
  /\$(?:1|2[abxy]?|5|6|7|y|gy|sm3|apr1|P|H|argon2(?:id|i|d)|scrypt|pbkdf2[\w-]*)\$[^\s"'`,:|]{8,}/g,
  /\{(?:S?SHA|SSHA\d*|MD5|CRYPT|SMD5)\}[\w+/=$.-]{8,}/g,
  /\$ANSIBLE_VAULT;[^\n]*/g,
];

const ENCODED = /(?<![\w+/.=-])[A-Za-z0-9+/]{8,400}={0,2}(?![\w+/=-])|(?<==)[A-Za-z0-9+/]{8,400}={0,2}(?![\w+/=-])/g;

/** The same with what is known by form taken out; every line stays a line. */
export function redactFormats(text: string): string {
  const bare = text.includes("-----BEGIN ") ? text.replaceAll(ARMOUR, (block) => byLine(block)) : text;
  const known = WHOLE.reduce((now, pattern) => now.replaceAll(pattern, REDACTED), bare);
  return known.replaceAll(ENCODED, (word) => (isEncoded(word) ? REDACTED : word));
}

/** Base64 of `user:password`, as registries and HTTP want it, or padded Base64 of any text. */
function isEncoded(word: string): boolean {
  const padded = word.endsWith("=");
  if (!/[a-z]/.test(word) || !/[A-Z]/.test(word) || (!padded && word.length % 4 !== 0)) return false;
  const text = Buffer.from(word, "base64").toString("latin1");
  return padded ? /^[\x20-\x7e\r\n]{4,}$/.test(text) : /^[\x21-\x7e]{1,80}:[\x20-\x7e]+$/.test(text);
}

function byLine(block: string): string {
  const [first, ...others] = block.split("\n");
  const rest = others.map((line) => (line.trim() === "" ? line : line.replace(/\S.*$/, REDACTED)));
  return first === undefined ? REDACTED : [REDACTED, ...rest].join("\n");
}

/** Keys are drawn, names and paths are written: at least half of these are words of five letters and more. */
export function looksRandom(word: string): boolean {
  const sign = word.replace(/=+$/, "");
  if (/^[0-9a-f]{32,}$/i.test(sign)) return /\d/.test(sign) && /[a-f]/i.test(sign);
  if (/^[a-z0-9]{32,}$/.test(sign) || /^[A-Z0-9]{24,}$/.test(sign)) return (sign.match(/\d/g)?.length ?? 0) >= 4;
  if (!/\d/.test(sign) && !/[+/=]/.test(word) && sign.length < 40) return false;
  if (!/[a-z]/.test(sign) || !/[A-Z]/.test(sign)) return false;
  const segments = sign.split(/[-_]/);
  if (segments.length > 3 && segments.every((one) => one.length <= 10)) return false;
  const words = sign.match(/[A-Z]?[a-z]+|[A-Z]+(?![a-z])/g) ?? [];
  const written = words.filter((one) => one.length > 4).reduce((sum, one) => sum + one.length, 0);
  return written < sign.length / 2;
}
