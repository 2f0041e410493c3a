/** The monitoring expert: coverage, alert fatigue, whether anybody can act on it. */
import { NEW_SERVICE } from "../../new-service.ts";
import { rubric } from "../../rubric.ts";

export const monitoring = rubric({
  // What the platform's document has this expert evaluate (section 3).
  criteria: [
    { concern: "coverage", asks: "which failure is seen afterwards that was not seen before" },
    { concern: "alert fatigue", asks: "how often will it call somebody for nothing" },
    { concern: "actionability", asks: "does whoever is called know what to do" },
  ],
  impact: { high: 5, medium: 2 },
  urgent: /\b(?:blind|nobody (?:knew|noticed)|no alerts?|missed|unnoticed|outages?|incidents?|hours later)\b/iu,
  risks: {
    "deploy-service": NEW_SERVICE,
    "add-database-exporter": [
      {
        risk: "the exporter holds the credentials of the database",
        mitigated: true,
        evidence: "by the same Secret reference as the workload, in a pod without rights and without a token",
      },
      {
        risk: "its queries put load on the database",
        mitigated: true,
        evidence: "one connection, asked as often as the repository's other targets",
      },
    ],
  },
  delicate: {
    "alert-rules": "an alert nobody can act on teaches people to ignore alerts",
    "alert-fatigue": "a silenced alert may be the one that was needed",
  },
});
