/** The networking expert: reliability, performance and reach of traffic. */
import { rubric } from "../rubric.ts";

export const networking = rubric({
  impact: { high: 5, medium: 2 },
  urgent: /\b(?:unreachable|outages?|timeouts?|packet loss|partition\w*|went down|took (?:\w+ )?down|ddos\w*)\b/iu,
  risks: {},
  delicate: {
    cni: "replacing the network plugin interrupts every pod",
    "load-balancing": "a wrong route cuts off everything behind it",
    dns: "a wrong record or resolver breaks every service at once",
    "service-mesh": "a proxy beside every pod changes how all of them start and talk",
    "network-segmentation": "a wrong rule can lock its author out",
  },
});
