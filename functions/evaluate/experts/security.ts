/** The security expert: attack surface, least privilege, handling of secrets. */
import { rubric } from "../rubric.ts";

export const security = rubric({
  // One open door is enough to come in by.
  impact: { high: 2, medium: 1 },
  urgent:
    /\b(?:breach\w*|attack\w*|intrud\w*|compromis\w*|stolen|leak\w*|ransom\w*|lateral\w*|exploit\w*|incidents?)\b/iu,
  risks: {
    "add-network-policy": [
      {
        risk: "traffic that the repository does not show is cut off",
        mitigated: true,
        evidence:
          "only incoming traffic of one namespace is restricted and the callers found in the repository stay allowed; errors and readiness are watched for five minutes, and the commit is reverted when they worsen",
      },
    ],
  },
  delicate: {
    rbac: "permissions taken away may be needed only once a month",
    secrets: "a secret must never pass through the school",
    authentication: "a wrong login rule locks everybody out",
    "encryption-at-rest": "a lost key loses the data",
    mtls: "services without the right identity lose each other",
    "admission-policies": "a wrong rule blocks every deployment",
  },
});
