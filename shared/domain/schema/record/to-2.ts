import type { Step } from "../chain.ts";

/** Until then every reader put in for itself what the first records could lack. */
const WHERE_ABSENT = { quotes: "[]", implementation_notes: "" } as const;

export const step2: Step<Readonly<Record<string, string>>> = {
  to: 2,
  says: "the record names its version, and holds its quotes and notes also where there are none",
  migrate: (old) => ({ ...WHERE_ABSENT, ...old }),
};
