/** The database expert: safety of the data first, then recovery, then speed. */
import { rubric } from "../rubric.ts";

export const database = rubric({
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
