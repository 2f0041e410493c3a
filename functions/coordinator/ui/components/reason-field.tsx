/** Why somebody decides so: no decision goes without. */
export function ReasonField({
  value,
  first = false,
  onReason,
}: {
  value: string;
  first?: boolean;
  onReason: (reason: string) => void;
}) {
  return (
    <label>
      Reason
      <textarea
        rows={3}
        maxLength={1_000}
        required
        // The first thing to write: whoever came by keyboard goes on by keyboard.
        // oxlint-disable-next-line jsx-a11y/no-autofocus
        autofocus={first}
        value={value}
        placeholder="It goes into the audit trail, with your name."
        onInput={({ currentTarget }) => onReason(currentTarget.value)}
      />
    </label>
  );
}
