/** A part of a page with an answer of its own: loading, failed, or there; and the button for what comes behind it. */
import type { ComponentChildren } from "preact";
import type { Failure } from "../../api/failure.ts";
import type { Answer } from "../../state/use-answer.ts";
import { FailureNote, Loading } from "../states.tsx";

interface PartProps<T> {
  readonly id: string;
  readonly title: string;
  /** What is loaded, in words. */
  readonly what: string;
  readonly answer: Answer<T>;
  readonly children: (data: T) => ComponentChildren;
}

export function Part<T>({ id, title, what, answer, children }: PartProps<T>) {
  return (
    <section aria-labelledby={id} class="panel">
      <h2 id={id}>{title}</h2>
      <Loaded what={what} answer={answer}>
        {children}
      </Loaded>
    </section>
  );
}

/** What was last known stays while the coordinator is out of reach: the page says so above everything. */
export function Loaded<T>({ what, answer, children }: Pick<PartProps<T>, "what" | "answer" | "children">) {
  const { data, failure, reload } = answer;
  if (data === undefined) {
    return failure === undefined ? <Loading what={what} /> : <FailureNote failure={failure} onRetry={reload} />;
  }
  return (
    <>
      {failure !== undefined && failure.kind !== "unreachable" && <FailureNote failure={failure} onRetry={reload} />}
      {children(data)}
    </>
  );
}

interface MoreState {
  readonly load: () => void;
  readonly busy: boolean;
  readonly trouble: Failure | undefined;
}

export function More({ more, what }: { more: MoreState | undefined; what: string }) {
  if (more === undefined) return null;
  return (
    <div class="further">
      <button type="button" onClick={more.load} disabled={more.busy}>
        {more.busy ? "Loading …" : `More ${what}`}
      </button>
      {more.trouble !== undefined && <p role="alert">{more.trouble.message}</p>}
    </div>
  );
}
