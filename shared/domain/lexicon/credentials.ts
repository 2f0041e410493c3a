/** Topics about the life of a credential: where it is kept (beside the other topics of security) and how often it changes. */
import type { Topic } from "./topic.ts";

export const credentials: readonly Topic[] = [
  {
    id: "secret-rotation",
    expert: "security",
    category: "security",
    intent: "rotate-secret",
    type: "technique",
    title: "Rotate database passwords on a schedule",
    advice: "A job changes each password regularly, in the database and in its Secret, without anybody seeing it.",
    cues: [
      "(?:rotate|rotated|rotating|renew|cycle|roll over) .. (?:secrets?|credentials?|passwords?|api keys?|tokens?)",
      "(?:change|changing) .. passwords? .. (?:every|regularly|automatically|monthly)",
    ],
    patterns: [
      "(?:secrets?|credentials?|passwords?|keys?) rotation",
      "rotation of (?:secrets?|credentials?|passwords?)",
    ],
    problems: ["(?:stale|shared|long lived|never changed) (?:credentials?|passwords?)"],
    technologies: ["POSTGRES_PASSWORD", "MYSQL_ROOT_PASSWORD", "REDIS_PASSWORD", "generators.external-secrets.io"],
  },
];
