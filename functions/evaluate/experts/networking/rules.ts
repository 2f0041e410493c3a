/** The networking expert: reliability, performance and reach of traffic. */
import { rubric } from "../../rubric.ts";

export const networking = rubric({
  // What the platform's document has this expert evaluate (section 3).
  criteria: [
    { concern: "reliability", asks: "which path of traffic ends when a part of it fails or is configured wrongly" },
    { concern: "performance", asks: "what does it add to every request, and to how many" },
    { concern: "security", asks: "who can talk to whom afterwards" },
  ],
  impact: { high: 5, medium: 2 },
  urgent: /\b(?:unreachable|outages?|timeouts?|packet loss|partition\w*|went down|took (?:\w+ )?down|ddos\w*)\b/iu,
  risks: {
    "expose-service": [
      {
        risk: "what was reached from inside only can be reached by everybody",
        mitigated: false,
        evidence: "a public host needs a person's word; logins that stand before the neighbours stand before it too",
      },
    ],
    "add-service": [
      {
        risk: "its selector picks pods that are not meant",
        mitigated: true,
        evidence: "only labels no other pods of the namespace carry are taken, and nothing that exists is changed",
      },
    ],
  },
  delicate: {
    cni: "replacing the network plugin interrupts every pod",
    "load-balancing": "a wrong route cuts off everything behind it",
    dns: "a wrong record or resolver breaks every service at once",
    "service-mesh": "a proxy beside every pod changes how all of them start and talk",
    "network-segmentation": "a wrong rule can lock its author out",
  },
});
