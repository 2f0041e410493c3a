/** What a page shows when it has nothing to show: still loading, nothing there, or a failure and what to do about it. */
import type { ComponentChildren } from "preact";
import type { Failure } from "../api/failure.ts";

export function Loading({ what }: { what: string }) {
  return (
    <div class="state loading" role="status">
      <span class="spinner" aria-hidden="true" /> Loading {what} …
    </div>
  );
}

export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="state empty">
      <p class="state-title">{title}</p>
      {children}
    </div>
  );
}

const titles: Readonly<Partial<Record<Failure["kind"], string>>> = {
  unreachable: "The coordinator is out of reach",
  forbidden: "Your role may not see this",
  missing: "Not found",
};

export function FailureNote({ failure, onRetry }: { failure: Failure; onRetry?: () => void }) {
  return (
    <div class="state failure" role="alert">
      <p class="state-title">{titles[failure.kind] ?? failure.title}</p>
      <p>{failure.message}</p>
      {onRetry !== undefined && (
        <button type="button" onClick={onRetry}>
          Try again
        </button>
      )}
    </div>
  );
}
