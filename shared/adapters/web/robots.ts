/** robots.txt as RFC 9309 has it. */

/** The part of robots.txt that counts for one agent. */
export interface Robots {
  /** Whether a path, with its query, may be read. */
  mayRead(path: string): boolean;
}

interface Rule {
  readonly allows: boolean;
  readonly pattern: string;
}

/** RFC 9309 §2.5 wants 500 kibibytes read at least. */
export const ROBOTS_BYTES = 512_000;
const MOST_RULES = 5_000;

/** `agent`: the product's name, without version. A file without rules for it allows everything. */
export function robotsFor(agent: string, text: string): Robots {
  const groups = groupsOf(text);
  const name = agent.toLowerCase();
  const own = groups.filter(({ agents }) => agents.has(name));
  const chosen = own.length > 0 ? own : groups.filter(({ agents }) => agents.has("*"));
  const rules = chosen.flatMap((group) => group.rules).slice(0, MOST_RULES);
  return {
    mayRead(path) {
      let best: Rule | undefined;
      for (const rule of rules) {
        if (!matches(rule.pattern, path)) continue;
        const longer = rule.pattern.length - (best?.pattern.length ?? -1);
        // Of two that are equally long, the one that allows.
        if (longer > 0 || (longer === 0 && rule.allows)) best = rule;
      }
      return best?.allows ?? true;
    },
  };
}

interface Group {
  readonly agents: Set<string>;
  readonly rules: Rule[];
}

function groupsOf(text: string): Group[] {
  const groups: Group[] = [];
  let current: Group | undefined;
  for (const line of text.split(/\r\n|\r|\n/)) {
    const [, field = "", value = ""] = /^\s*([A-Za-z-]+)\s*:\s*([^#]*)/.exec(line) ?? [];
    const said = value.trim();
    if (/^user-agent$/i.test(field)) {
      if (current === undefined || current.rules.length > 0) groups.push((current = { agents: new Set(), rules: [] }));
      // Some write a version behind the name.
      current.agents.add(said.replace(/\/.*$/, "").trim().toLowerCase());
    } else if (/^(?:dis)?allow$/i.test(field) && current !== undefined) {
      // An empty Disallow forbids nothing; it still ends the list of agents.
      current.rules.push({ allows: said === "" || /^allow$/i.test(field), pattern: encoded(said) });
    }
  }
  return groups;
}

/** `*` is anything, `$` at the end is the end; otherwise a pattern is how a path begins. Linear, whatever the pattern. */
function matches(pattern: string, path: string): boolean {
  const isWhole = pattern.endsWith("$");
  const parts = (isWhole ? pattern.slice(0, -1) : pattern).split("*");
  const target = encoded(path);
  const [first = "", ...others] = parts;
  if (!target.startsWith(first)) return false;
  let at = first.length;
  const last = isWhole ? others.pop() : undefined;
  for (const part of others) {
    const found = target.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  if (last !== undefined) return target.length - last.length >= at && target.endsWith(last);
  return !isWhole || at === target.length;
}

/** One way of writing for what has several: letters outside of ASCII and the case of escapes. */
function encoded(path: string): string {
  return path
    .replaceAll(/[^\x21-\x7e]+/gu, (letters) => encodeURIComponent(letters.toWellFormed()))
    .replaceAll(/%[0-9a-f]{2}/gi, (escape) => {
      const letter = String.fromCharCode(Number.parseInt(escape.slice(1), 16));
      return /[A-Za-z0-9._~-]/.test(letter) ? letter : escape.toUpperCase();
    });
}
