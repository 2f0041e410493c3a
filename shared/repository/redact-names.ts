/** What names of fields, variables, columns and flags say about their values. */

/** The end of a name whose value is a secret. */
const SECRET_NAME = String.raw`(?:password|passwd|passphrase|passcode|pwd|token|secret|credentials?|(?:[-_]|db|user|root|admin|smtp|mysql|pg|redis|mail)pass|pass(?=\s*=)|requirepass|masterauth|(?:api|access|private|secret|auth|encryption|signing|master|shared|account|storage|session|client|license|webhook|ssh|deploy|hmac|cookie|jwt|admin|root|service|unseal|recovery)[-_ ]?key|client-key-data|(?:pre-?shared|preshared)[-_ ]?key|psk|(?<![a-zA-Z])community|(?:totp|otp)(?:[-_ ]?(?:secret|seed|key))?|(?<![a-zA-Z])pin(?:[-_ ]?code)?|(?<![a-zA-Z])dsn|connection[-_ ]?string|webhook[-_ ]?url|auth[-_ ]?string)(?:[-_]?(?:\d{1,2}|hash|value|b64|base64|plain|enc))?`;
const ENDS = new RegExp(`${SECRET_NAME}s?$`, "i");
/** A name of an object that holds the secret, not the secret. */
const REFERENCE =
  /(?:existing|pull|tls|cert|ca|name|ref|issuer|image)[-_]?(?:[A-Za-z]{0,12}[-_]?)?secrets?$|secrets$|(?:^|[-_])public[-_]?key$/i;

export function namesSecret(name: string): boolean {
  const bare = name.replaceAll(/[*_`"']+$|^[*_`"']+/g, "").trim();
  return bare.length <= 80 && ENDS.test(bare) && !REFERENCE.test(bare);
}

const NOT_A_VALUE =
  /^["'`]?(?:\s*$|\$[({]|\$[A-Za-z_]\w*["']?$|\{\{|<[^>]*>?|\[redacted\]|ENC\[|\*+["']?$|-+["']?$|\.\.\.|(?:true|false|null|none|nil|~|yes|no|n\/a|string|required|optional|unset|enabled|disabled)["']?[\s,;)]*$|(?:vault|op|ref\+\w+|secret|awssm|gcpsm|file|env):|[!&|>]|\(|%\{|#\{)/i;
/** Read from elsewhere by a program. */
const READ =
  /^(?:process\.env|os\.|import\.meta|config\.|settings\.|self\.|this\.|args\.|env\.|\.?Values\.|var\.|local\.|data\.|module\.|[a-z_][\w.]*\()/i;
const SENTENCE =
  /^(?:the|a|an|in|is|are|was|not|kept|stored|held|lives|see|from|must|should|can|may|will|has|have|had|comes|managed|rotated|rotation|ask|use|used|uses|via|by|per|for|of|and|or|with|without|to|on|at|as|it|this|that|its|if|when|where|generated|lies|taken|read|mounted|needs|expires?|expired|belongs|changed|valid|invalid|correct|incorrect|wrong|missing|present|set|empty|created|never|always|only|still|already|now|then|injected|provided|passed|sent|shared|known|safe|encrypted|hashed|rejected|accepted|checked|required|optional|new|old|same|different|too|also|more|no|one|every|each|any|all|some)(?=[\s.,;:)]|$)/i;
/** A capital, then ordinary words: a remark on the secret. */
const REMARK = /^[A-Z][a-z]+,? (?:[a-z(]|\d+ [a-z])/;

/** Something that could be used; a placeholder, a reference or a sentence is none. `rest`: with what follows it. */
export function isValue(value: string, rest = value): boolean {
  const bare = value.trim();
  if (bare.length < 3 || NOT_A_VALUE.test(bare) || READ.test(rest.trimStart())) return false;
  return /^["']/.test(bare) || !(SENTENCE.test(bare) || REMARK.test(rest.trimStart()));
}

/** `secret: shop-db-credentials` is where the secret is kept. */
export function namesObject(name: string, value: string): boolean {
  const isBare = /^(?:kubernetes |k8s )?secret[*`]*$/i.test(name.trim());
  return (
    isBare &&
    /^[`"']?(?:[a-z0-9-]+\/)?[a-z0-9]+(?:-[a-z0-9]+)*-(?:secrets?|credentials?|creds|tls|tokens?|keys?|auth|pull|certs?|env)(?![\w-])/.test(
      value.trim(),
    )
  );
}

/** Tokens that are counted. */
export function isAmount(name: string, value: string): boolean {
  return (
    /tokens?(?:["'`*]*\s*[:=]\s*)?$/i.test(name) &&
    /^["']?[\d_.,]+[kKmM]?["']?,?$/.test(value.trim()) &&
    /(?:tokens|(?:max|min|num|total|input|output|per|count)\w*token)/i.test(name)
  );
}

/** What comes before the value stays. */
export const ASSIGNED = new RegExp(
  String.raw`(${SECRET_NAME}["'\x60*]*\s*(?:(?:\bis\b|\bwas\b)\s*:?|:=|=>|:|=(?!=))\s*[*]*)(?:(["'\x60])((?:(?!\2)[^\n\\]|\\.)*)\2|((?:(?!\[redacted\])[^\s"'\x60,;)}\]|&])(?:[^\s"'\x60,;|&}]*[^\s"'\x60,;|&.)}\]])?))`,
  "gi",
);
export const FLAGGED = new RegExp(
  String.raw`((?:^|\s)--?[\w.-]*${SECRET_NAME}\s+)(?:(["'])([^"'\n]*)\2|((?!-)[^\s"'\x60]{3,}))`,
  "gi",
);
/** An entry of a list of variables, on one line. */
export const PAIRED = new RegExp(
  String.raw`((?:name|key)["']?\s*:\s*["']?[\w.-]{0,80}${SECRET_NAME}["']?\s*,\s*["']?value["']?\s*:\s*)(?:"[^"\n]*"|'[^'\n]*'|[^,}\s]+)`,
  "gi",
);
