/** What each flag does, in words; one that is not here is shown by its name. */
interface FlagWords {
  readonly does: string;
  /** What follows when somebody sets it. */
  readonly means: string;
}

const WORDS: Readonly<Record<string, FlagWords>> = {
  auto_approve_none: {
    does: "No change is approved automatically",
    means: "Every change waits for a person, whatever the rules of policy say.",
  },
  freeze: { does: "Nothing is committed", means: "What is approved waits until the freeze ends." },
  manual_rollback: {
    does: "Rollbacks wait for a person",
    means: "What fails its verification is held for a person instead of being taken back at once.",
  },
  pause_sources: {
    does: "No source is looked at by itself",
    means: "Watched sources rest. What people hand in is read all the same.",
  },
  auto_approve_all: {
    does: "Policy asks nobody",
    means: "Changes that would wait for a person are approved automatically. What policy denies stays denied.",
  },
  auto_approve_integrations: {
    does: "Integrations are approved automatically",
    means: "Integrations that would wait for a person are approved automatically.",
  },
  auto_approve_security: {
    does: "Security changes are approved automatically",
    means: "Security changes that would wait for a person are approved automatically.",
  },
};

export function flagWords(name: string): FlagWords {
  const unknown = { does: name, means: "The coordinator knows what it does; this page does not." };
  return Object.hasOwn(WORDS, name) ? (WORDS[name] ?? unknown) : unknown;
}

/** How long a flag may hold, as the API takes it; the first is offered. */
export const DURATIONS = [
  ["2h", "2 hours"],
  ["30m", "30 minutes"],
  ["8h", "8 hours"],
  ["1d", "1 day"],
  ["7d", "7 days"],
] as const;
