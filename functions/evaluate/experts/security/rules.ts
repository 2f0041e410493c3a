/** The security expert: attack surface, least privilege, handling of secrets. */
import { rubric } from "../../rubric.ts";

export const security = rubric({
  // What the platform's document has this expert evaluate (section 3).
  criteria: [
    { concern: "attack surface", asks: "what can be reached afterwards that could not be reached before, and by whom" },
    { concern: "compliance", asks: "which rule or decision of the platform does it meet or break" },
    { concern: "secrets management", asks: "where does every secret live, who reads it, and how is it changed" },
    { concern: "least privilege", asks: "which right is given or taken that is not needed, or is needed after all" },
  ],
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
    "harden-security-context": [
      {
        risk: "a container needs a privilege that its manifest does not show",
        mitigated: true,
        evidence:
          "only what the manifest or the same image elsewhere shows to be unused is taken away; restarts, readiness and errors are watched for five minutes, and the commit is reverted when they worsen",
      },
    ],
    "disable-service-account-token": [
      {
        risk: "a program asks the Kubernetes API without anything in its manifest saying so",
        mitigated: true,
        evidence:
          "its account has no rights in the repository and its manifest shows no client; restarts, readiness and errors are watched for five minutes, and the commit is reverted when they worsen",
      },
    ],
    "add-external-secret": [
      {
        risk: "the store holds another value than the Secret that is in use, or none",
        mitigated: false,
        evidence:
          "what the store holds cannot be seen from the repository; a person is asked, a Secret that is there is never deleted, and without a value in the store it stays as it is",
      },
    ],
    "rotate-secret": [
      {
        risk: "somebody the repository does not show logs in with the old password",
        mitigated: false,
        evidence:
          "every reader the repository shows starts again, and where one of them would keep the old password the change is refused; the next password stands in the Secret before the database takes it",
      },
    ],
    "pin-image": [
      {
        risk: "what runs now may be newer than the version its neighbours run",
        mitigated: true,
        evidence:
          "only a version the same repository runs elsewhere is taken, never for a store that keeps data; the rollout is watched for five minutes, and the commit is reverted when it worsens",
      },
    ],
    "narrow-role": [
      {
        risk: "the program needs its rights in another namespace once in a while",
        mitigated: true,
        evidence:
          "its own settings bound it to one namespace, and there it keeps every right; errors and restarts are watched for five minutes, and the commit is reverted when they worsen",
      },
    ],
    "add-role": [
      {
        risk: "whoever breaks into its pods has these rights too",
        mitigated: true,
        evidence: "named verbs and resources of one namespace, nothing that leads to more rights, and a person agrees",
      },
    ],
  },
  delicate: {
    "service-accounts": "permissions taken away may be needed only once a month",
    rbac: "permissions taken away may be needed only once a month",
    secrets: "a secret must never pass through the school",
    "secret-rotation": "a password that is changed too early locks people out",
    authentication: "a wrong login rule locks everybody out",
    "encryption-at-rest": "a lost key loses the data",
    mtls: "services without the right identity lose each other",
    "admission-policies": "a wrong rule blocks every deployment",
  },
});
