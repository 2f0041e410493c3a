/** The database expert: safety of the data first, then recovery, then speed. */
import { rubric } from "../../rubric.ts";

export const database = rubric({
  // What the platform's document has this expert evaluate (section 3).
  criteria: [
    {
      concern: "data safety",
      asks: "can data be lost, corrupted or seen by others, at any step or when a step fails half way",
    },
    { concern: "recovery", asks: "is there a copy that can be restored, and how long does that take" },
    {
      concern: "performance",
      asks: "what does it cost the database while it is done and afterwards: load, locks, space, connections",
    },
  ],
  impact: { high: 2, medium: 1 },
  urgent: /\b(?:los[te]|lost|data loss|corrupt\w*|deleted|dropped|gone|unrecoverable|disasters?|outages?)\b/iu,
  risks: {
    "add-backup-cronjob": [
      {
        risk: "the dump puts load on the database or fills its volume",
        mitigated: true,
        evidence:
          "a job of its own with limits reads the database on a schedule; the database's objects are not changed",
      },
    ],
    "set-config-value": [
      {
        risk: "the restart that applies the setting loses what is in memory alone, or the program does not start with it",
        mitigated: false,
        evidence:
          "the change restarts the pods that read the setting; readiness and restarts are watched for five minutes, and the commit is reverted when they worsen, but what was in memory does not come back",
      },
    ],
    "add-migration-job": [
      {
        risk: "a migration that fails keeps the new version from being rolled out",
        mitigated: true,
        evidence: "the pods that run go on running; the Job tells why, and the next sync tries again",
      },
      {
        risk: "the image is written in two places, and only one of them may be raised",
        mitigated: false,
        evidence: "the Job names the same version as the Deployment, and nothing in Git keeps them equal",
      },
    ],
    "set-replication": [
      {
        risk: "new copies read all data from the primary while it serves",
        mitigated: false,
        evidence: "the operator clones the primary; how long that takes follows from its size",
      },
      {
        risk: "the copies do not fit the namespace or its nodes",
        mitigated: true,
        evidence: "quotas are counted before; a pod without a node waits, and the primary is not touched",
      },
    ],
  },
  delicate: {
    "schema-migrations": "a schema change cannot be undone by a revert in Git",
    replication: "a wrong failover can split a database in two",
    "data-retention": "it deletes data",
    "redis-persistence": "it restarts a store that may hold state in memory only",
    "point-in-time-recovery": "an archive that fails fills the database's own disk",
    "postgres-operations": "it may restart a database",
    "mysql-operations": "it may restart a database",
    "mongodb-operations": "it may restart a database",
  },
});
