/** What a rollback would do, before somebody asks for it: the revert as a diff, and what becomes of the cluster. */
import { useState } from "preact/hooks";
import type { RollbackAnswer } from "../api/answers.ts";
import { useSchool } from "../state/school.ts";
import { useAnswer } from "../state/use-answer.ts";
import { FileDiffView } from "./file-diff.tsx";
import { FailureNote, Loading } from "./states.tsx";

export function RollbackPreview({ id }: { id: string }) {
  const { api } = useSchool();
  // Never one of an earlier look: the branch and the cluster move on.
  const [opened] = useState(() => Date.now());
  const key = `rollback of ${id} at ${opened}`;
  const { data, failure, reload } = useAnswer(key, (signal) => api.previewRollback(id, signal));
  if (data === undefined) {
    return failure === undefined ? (
      <Loading what="what a rollback would do" />
    ) : (
      <FailureNote failure={failure} onRetry={reload} />
    );
  }
  const { possible, because, conflicts, objects, later, warnings, files } = data;
  return (
    <section class="preview" aria-label="What a rollback would do">
      <p class={possible ? "help" : "note"}>{possible ? inWords(data) : `Not possible now: ${because ?? ""}`}</p>
      {warnings.map((warning) => (
        <p key={warning} class="note">
          {warning}
        </p>
      ))}
      {conflicts.length > 0 && (
        <ul class="places" aria-label="Files in conflict">
          {conflicts.map((path) => (
            <li key={path}>
              <code>{path}</code>
            </li>
          ))}
        </ul>
      )}
      {objects.length > 0 && <Objects objects={objects} />}
      {later.length > 0 && (
        <details>
          <summary>Later commits on the same files: {later.length}</summary>
          <ul class="places">
            {later.map(({ commit, subject, author }) => (
              <li key={commit}>
                <code>{commit.slice(0, 12)}</code> {subject} ({author})
              </li>
            ))}
          </ul>
        </details>
      )}
      {files.map((file) => (
        <FileDiffView key={file.path} file={file} />
      ))}
    </section>
  );
}

const FATES = {
  applied: undefined,
  kept: "stays in the cluster",
  lost: "data would be lost",
  refused: "Kubernetes refuses",
  unknown: "nobody knows",
} as const;

function Objects({ objects }: { objects: RollbackAnswer["objects"] }) {
  return (
    <ul class="objects" aria-label="Objects of the rollback">
      {objects.map(({ kind, namespace, name, effect, fate, because }) => (
        <li key={`${kind} ${namespace} ${name}`}>
          <span class={`effect ${effect}`}>{effect}</span> {kind}{" "}
          <code>{namespace === undefined ? name : `${namespace}/${name}`}</code>
          {FATES[fate] !== undefined && (
            <>
              {" "}
              <span class="result unknown">{FATES[fate]}</span> {because}
            </>
          )}
        </li>
      ))}
    </ul>
  );
}

function inWords({ way, application }: RollbackAnswer): string {
  const onto = application === null ? "" : ` of Application ${application}`;
  switch (way) {
    case "push":
      return `This is what would be pushed to the repository${onto}.`;
    case "pull-request":
      return `This would become a pull request to the repository${onto}; until it is merged the change stays live.`;
    case null:
      return "Nothing would be written to Git; only the cluster is waited for.";
  }
}
