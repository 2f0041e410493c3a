/** Words that steer what a clause says: they deny, demand, permit, prefer, swap, or bound a number. */

export type Cue =
  /** What follows is not so; what precedes, where nothing follows. */
  | "not"
  | "demand"
  | "permit"
  | "soft"
  | "only"
  /** "no other": the class that follows has no second member. */
  | "no-other"
  | "choose"
  /** What follows was not chosen, or is left behind. */
  | "contrast"
  | "replace"
  | "replaced"
  | "with"
  | "from"
  | "to"
  | "becomes"
  | "except"
  | "if"
  | "raise"
  | "lower"
  | "introduce"
  | "at-least"
  | "at-most"
  | "more-than"
  | "less-than"
  | "no-longer"
  | "each"
  | "everything";

/** Phrases of each, parted by commas. */
export const CUES: Readonly<Record<Cue, string>> = {
  not:
    "must not, mustn't, may not, shall not, cannot, can not, can't, never, not, no, none, without, against, nobody, " +
    "nothing, do not, don't, doesn't, does not, isn't, aren't, won't, will not, no longer, neither, nor, not allowed, " +
    "not permitted, forbidden, forbid, forbids, prohibited, prohibit, banned, ban, disallowed, disallow, disabled, " +
    "disable, disabling, off limits, unsupported, remove, removed, removing, drop, dropped, delete, deleted, turn " +
    "off, turned off, switch off, switched off, retire, retired, stop, stopped, get rid of, abandon, abandoned, " +
    "decommission, decommissioned, uninstall, uninstalled, decided against, rejected, reject, rule out, ruled out, " +
    "avoid, avoided, out of the question, dropping, bypass, skip, no more, phase out, phased out, " +
    "shut down, shutting down, goes away, go away, get off, move off, moved off, migrate off, take down, wind down",
  demand:
    "must, shall, always, required, require, requires, mandatory, has to, have to, needs to, need to, must be, " +
    "obligatory, is enforced, are enforced, every, all, each of, without exception, compulsory, non negotiable",
  permit: "may, can, allowed, permitted, optional, is fine, are fine, acceptable, at will",
  soft:
    "should, should not, shouldn't, prefer, preferred, recommended, recommend, favour, favor, ideally, where " +
    "possible, if possible, try to, usually, normally, by default, default",
  only:
    "only, exclusively, sole, solely, the only, nothing but, nothing else, standardise on, standardize on, " +
    "standardised on, standardized on, we standardise on, we standardize on, we standardised on, we standardized on, " +
    "the standard, our standard, standard is, is standard, single source",
  "no-other": "no other, no second, nothing else than, no additional, no further, not any other, no alternative",
  choose:
    "we use, we run, we chose, we choose, we have chosen, we selected, we select, we adopt, we adopted, we go with, " +
    "we went with, we decided for, we decided on, we decided to use, we decided to run, decided for, decided on, " +
    "decided to use, decided to adopt, decided to go with, we will use, we will run, we will adopt, we shall use, " +
    "chosen option, chose, chosen, selected, opted for, we manage, we deploy, we operate, we keep, we store, we " +
    "build, we deliver, we stick with, we stay with, we move to, we moved to, we migrate to, we will move to, is used " +
    "for, are used for, is our, we rely on, will use, use, uses, run, runs, stays, we standardise on, we standardize " +
    "on, is used, are used" +
    ", managed with, managed by, is done with, are done with, done with, done by, handled by, handled with, provided by, runs on, run on, built with, deployed with, deployed by, delivered with, served by, " +
    "was selected, was chosen, is chosen, were chosen",
  contrast:
    "instead of, rather than, over, in favour of not, in place of, as opposed to, neglected, and not, not as, unlike",
  replace: "replace, replaces, replacing, supersede, supersedes, swap, swap out",
  replaced: "replaced, is replaced, are replaced, was replaced, superseded",
  with: "with, by, for",
  from: "from, away from, off",
  to: "to, into, onto, towards",
  becomes: "becomes, become, turns into",
  except:
    "except, excepted, excluding, apart from, other than, with the exception of, exception, exempt, but not in, aside " +
    "from",
  if: "if, when, unless, until, provided that, as long as, in case, where, while",
  raise: "raise, raised, raising, increase, increased, increasing, grow, extend, extended, bump, double, scale up",
  lower: "lower, lowered, reduce, reduced, cut, decrease, decreased, shrink, shorten, halve, scale down, scaled down",
  introduce:
    "deploy, install, introduce, adopt, set up, add, create, switch, migrate, move, bring, roll out, enable, start " +
    "using, try, evaluate, put, store, package, convert",
  "at-least":
    "at least, minimum, minimum of, min, no less than, no fewer than, not less than, not fewer than, no shorter than, " +
    "not shorter than, never less than, never fewer than, never below, not below, or more, or newer, or later, or " +
    "higher, or longer, from version, no lower than",
  "at-most":
    "at most, maximum, maximum of, max, no more than, not more than, no longer than, not longer than, never more " +
    "than, never above, never over, not above, up to, or less, or fewer, or older, must not exceed, not exceed, never " +
    "exceed, may not exceed, no higher than, no larger than, capped at, limited to, not longer",
  "more-than":
    "more than, above, exceed, exceeds, longer than, greater than, larger than, exceeding, higher than, over",
  "less-than": "less than, fewer than, below, under, shorter than, smaller than",
  "no-longer": "",
  each: "each, every, once a, once per, per",
  everything: "everything, everywhere, every workload, all workload, any workload, for all",
};

/** They deny from wherever they stand in the clause: "CPU limits are forbidden", "sync is disabled". */
export const DENY_EITHER_SIDE: ReadonlySet<string> = new Set([
  "not allowed",
  "not permitted",
  "forbidden",
  "prohibited",
  "banned",
  "disallowed",
  "disabled",
  "removed",
  "dropped",
  "deleted",
  "turned off",
  "switched off",
  "retired",
  "abandoned",
  "decommissioned",
  "uninstalled",
  "rejected",
  "ruled out",
  "off limits",
  "unsupported",
  "out of the question",
  "phased out",
  "goes away",
  "go away",
  "avoided",
  "stopped",
]);

/** They deny an action, not a state: in a decision they tell a step, not a rule. */
export const REMOVALS: ReadonlySet<string> = new Set([
  "remove",
  "removed",
  "removing",
  "drop",
  "dropped",
  "delete",
  "deleted",
  "stop",
  "stopped",
  "skip",
  "bypass",
  "uninstall",
  "uninstalled",
  "retire",
  "retired",
]);
