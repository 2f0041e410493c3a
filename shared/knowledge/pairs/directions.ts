/**
 * Which way a proposal goes on each axis on which there is an opposite: on or off, more or less, open or closed. A
 * negation turns the direction it stands before, so that "not public" is private; one that turns none is kept with the
 * words it stands before.
 */
import type { Word } from "./words.ts";

export interface Directions {
  /** Axis -> 1, -1, or 0 where a text goes both ways. Absent: it says nothing. */
  readonly poles: ReadonlyMap<string, number>;
  /** Stems under a negation that turned no direction. */
  readonly negated: ReadonlySet<string>;
}

/** Prefixes of words or of two words; the first of a pair is the way forth. */
const AXES: readonly (readonly [axis: string, forth: RegExp, back: RegExp])[] = [
  [
    "presence",
    /^(?:enabl|activat|reactivat|add(?:s|ed|ing)?$|add |introduc|install|reinstall|creat|adopt|bring up|start(?:s|ed|ing)?$|turn(?:s|ed|ing)? on$|switch(?:es|ed|ing)? on$|set up$|mount(?:s|ed|ing)?$|deploy$|puts?$|gives?$|uses?$|using$)/u,
    /^(?:disabl|deactivat|remov|delet|drop(?:s|ped|ping)?$|uninstall|stop(?:s|ped|ping)?$|turn(?:s|ed|ing)? off$|switch(?:es|ed|ing)? off$|switched off$|get(?:ting)? rid$|decommission|retir(?:e|es|ed|ing)$|abolish|omit)/u,
  ],
  [
    "amount",
    /^(?:increas|rais(?:e|es|ed|ing)$|grow(?:s|n|ing)?$|expand|enlarg|extend|higher|bigger|larger|longer|more$|scal(?:e|es|ed|ing) (?:up|out)$|doubl(?:e|es|ed|ing)$|up to$)/u,
    /^(?:decreas|lower(?:s|ed|ing)?$|reduc|shrink|shorten|smaller|shorter|fewer$|less$|cut(?:s|ting)?$|scal(?:e|es|ed|ing) (?:down|in)$|halv(?:e|es|ed|ing)$)/u,
  ],
  [
    "permission",
    /^(?:allow|permit|open(?:s|ed|ing)?$|grant|accept|admit|whitelist|unblock)/u,
    /^(?:den(?:y|ies|ied|ying)$|block(?:s|ed|ing)?$|forbid|clos(?:e|es|ed|ing)$|shut$|reject|refus|prohibit|disallow|ban(?:s|ned|ning)?$|blacklist)/u,
  ],
  [
    "exposure",
    /^(?:public|publish|expos(?:e|es|ed|ing)$|internet|external(?:ly)?$|outside world$|all interfaces$|0\.0\.0\.0$)/u,
    /^(?:privat|internal|hidden$|hide(?:s)?$|unexpos|loopback$|localhost$|127\.0\.0\.1$)/u,
  ],
  ["version", /^(?:upgrad|bump|newer$)/u, /^(?:downgrad|older$|roll(?:s|ed|ing)? back$|rollback|revert)/u],
  ["time", /^(?:before(?:hand)?$|ahead of$|prior to$|pre-)/u, /^(?:after(?:wards?)?$|following$|post-)/u],
  ["hand", /^(?:automat|auto$|auto-)/u, /^(?:manual|by hand$)/u],
  ["sight", /^(?:show(?:s|n|ed|ing)?$|display)/u, /^(?:hid(?:e|es|den|ing)$)/u],
  ["decision", /^(?:approv|merg(?:e|es|ed|ing)$|accept)/u, /^(?:declin|clos(?:e|es|ed|ing)$|reject)/u],
  ["sync", /^synchronous/u, /^asynchronous|^async$/u],
  [
    "traffic",
    /^(?:inbound|incoming|ingress (?:traffic|polic(?:y|ies)|rules?|connections?))$/u,
    /^(?:outbound|outgoing|egress(?: \p{L}+)?)$/u,
  ],
  [
    "sameness",
    /^(?:together|affinity|same node|one node|co-locat)/u,
    /^(?:apart|anti-?affinity|different node|podantiaffinity)/u,
  ],
];

const NEGATOR =
  /^(?:not|never|no|nobody|nothing|none|neither|nor|without|avoid(?:s|ed|ing)?|non|stop(?:s|ped|ping)?|cannot|\p{L}+n't|dont|doesnt|cant|wont|shouldnt|unless)$|^non-/u;
/** They carry the negation on: "not to be", "no longer be". */
const CARRIES =
  /^(?:to|be|been|being|is|are|was|a|an|the|any|anything|of|it|them|its|their|our|longer|more|give|let|make|have|has|get|all|just|ever|use|need|needs|needed|every|from|in|on|at|for)$/u;
/** What a negation reaches, in words that say something. */
const REACH = 2;
/** "not only", "no fewer than", "no later than" deny nothing. */
const HOLLOW = /^(?:only|just|merely|least|fewer|less|more than|matter|doubt|later|exceptions?|other)$/u;

export function directionsOf(words: readonly Word[]): Directions {
  const seen = new Map<string, Set<number>>();
  const negated = new Set<string>();
  const turned = new Set<number>();
  for (const [i, word] of words.entries()) {
    if (!NEGATOR.test(word.plain)) continue;
    const reached = reachOf(words, i);
    const aimed = reached.filter((at) => polesAt(words, at).length > 0);
    for (const at of aimed) {
      if (!turned.delete(at)) turned.add(at);
    }
    if (aimed.length > 0 || word.plain.startsWith("stop")) continue;
    for (const at of reached) negated.add(words[at]?.stem ?? "");
  }
  for (const i of words.keys()) {
    for (const [axis, pole] of polesAt(words, i)) {
      const known = seen.get(axis) ?? new Set();
      seen.set(axis, known.add(turned.has(i) ? -pole : pole));
    }
  }
  for (const [axis, pole] of particlesOf(words)) seen.set(axis, (seen.get(axis) ?? new Set()).add(pole));
  for (const pole of changesOf(words)) seen.set("amount", new Set([pole]));
  const poles = new Map([...seen].map(([axis, found]) => [axis, found.size === 1 ? ([...found][0] ?? 0) : 0]));
  return { poles, negated };
}

/** Places of the words that the negation at `from` is about. */
function reachOf(words: readonly Word[], from: number): readonly number[] {
  const start = words[from];
  const found: number[] = [];
  for (let i = from + 1; i < words.length && found.length < REACH; i += 1) {
    const word = words[i];
    if (word === undefined || word.clause !== start?.clause) break;
    if (i === from + 1 && HOLLOW.test(word.plain)) return [];
    if (!CARRIES.test(word.plain)) found.push(i);
  }
  return found;
}

function polesAt(words: readonly Word[], i: number): readonly (readonly [string, number])[] {
  const plain = words[i]?.plain ?? "";
  const next = words[i + 1];
  const pair = next === undefined ? "" : `${plain} ${next.plain}`;
  const found: [string, number][] = [];
  for (const [axis, forth, back] of AXES) {
    // A pair says it more exactly than its first word: "scale down", "turn off".
    const pole = poleOf(pair, forth, back) || poleOf(plain, forth, back);
    if (pole !== 0) found.push([axis, pole]);
  }
  return found;
}

function poleOf(text: string, forth: RegExp, back: RegExp): number {
  if (text === "") return 0;
  return Number(forth.test(text)) - Number(back.test(text));
}

/** Words between a verb and its particle. */
const APART = 4;
const PARTED: readonly (readonly [axis: string, verb: RegExp, forth: string, back: string])[] = [
  ["amount", /^scal(?:e|es|ed|ing)$/, "up", "down"],
  ["presence", /^(?:turn|switch)(?:s|es|ed|ing)?$/, "on", "off"],
];

/** "Scale it up", "turn the log off": those that stand side by side are found as pairs. */
function particlesOf(words: readonly Word[]): readonly (readonly [string, number])[] {
  return words.flatMap(({ plain, clause }, i) => {
    const before = words.slice(Math.max(0, i - APART), Math.max(0, i - 1)).filter((word) => word.clause === clause);
    return PARTED.flatMap(([axis, verb, forth, back]): (readonly [string, number])[] => {
      if ((plain !== forth && plain !== back) || !before.some((word) => verb.test(word.plain))) return [];
      return [[axis, plain === forth ? 1 : -1]];
    });
  });
}

/** "from 4 to 2" goes down, whatever the verb. */
function changesOf(words: readonly Word[]): readonly number[] {
  return words.flatMap((word, i) => {
    const [first, to, second] = [words[i + 1], words[i + 2], words[i + 3]];
    if (word.plain !== "from" || to?.plain !== "to") return [];
    const change = Number.parseFloat(second?.plain ?? "") - Number.parseFloat(first?.plain ?? "");
    return Number.isFinite(change) && change !== 0 ? [Math.sign(change)] : [];
  });
}
