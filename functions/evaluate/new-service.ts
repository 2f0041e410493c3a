/** What can go wrong with a new service, whichever expert its topic belongs to. */
import type { Risk } from "./rubric.ts";

export const NEW_SERVICE: readonly Risk[] = [
  {
    risk: "clients may expect another version, or data it does not have",
    mitigated: true,
    evidence:
      "it is put only where manifests name it and nobody answers, so nobody is moved away from anything; the pods must become ready, or the commit is reverted",
  },
  {
    risk: "a revert takes it away while clients use it",
    mitigated: true,
    evidence: "claims of a StatefulSet are retained when it is deleted, so its data is there when it comes back",
  },
];
