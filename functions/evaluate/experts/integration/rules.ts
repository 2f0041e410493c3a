/** The integration expert: compatibility, licence, security and upkeep of what comes from outside. */
import { NEW_SERVICE } from "../../new-service.ts";
import { rubric } from "../../rubric.ts";

const FOREIGN = "software from outside brings its own licence, credentials and upkeep";

export const integration = rubric({
  // What the platform's document has this expert evaluate (section 3).
  criteria: [
    { concern: "compatibility", asks: "do protocol, version and data fit those who would speak to it here" },
    {
      concern: "security",
      asks: "what does it get to see, which credentials does it need, and whom does it talk to outside",
    },
    { concern: "licensing", asks: "may it be used here as it is, and at what price" },
    { concern: "maintenance", asks: "who releases it, how often, and what happens here when they stop" },
  ],
  impact: { high: 5, medium: 2 },
  urgent: /\b(?:deprecated|end of life|abandoned|outages?|rate limit\w*)\b/iu,
  risks: { "deploy-service": NEW_SERVICE },
  delicate: {
    "mcp-servers": "a tool server gives agents new powers",
    "document-processing": FOREIGN,
    "vector-database": FOREIGN,
    "llm-serving": FOREIGN,
    "workflow-automation": FOREIGN,
    "webhooks-and-chatops": "events leave the cluster",
    "api-gateway": FOREIGN,
    "developer-portal": FOREIGN,
  },
});
