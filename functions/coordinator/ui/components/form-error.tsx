/** Why what was sent was not taken. */
import type { Failure } from "../api/failure.ts";

export function FormError({
  failure,
  message = failure?.message,
}: {
  failure: Failure | undefined;
  message?: string | undefined;
}) {
  if (failure === undefined) return null;
  return (
    <p class="form-error" role="alert">
      <strong>{failure.title}.</strong> {message}
    </p>
  );
}
