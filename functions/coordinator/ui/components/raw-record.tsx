/** The record as the API has it. Its text is made when somebody opens it. */
import { useState } from "preact/hooks";
import type { Improvement } from "../../../../shared/domain/improvement.ts";
import { CopyButton } from "./copy-button.tsx";
import { PartSection } from "./part.tsx";

export function RawRecord({ improvement }: { improvement: Improvement }) {
  const [open, setOpen] = useState(false);
  const text = open ? JSON.stringify(improvement, null, 2) : "";
  return (
    <PartSection name="record" title="Record">
      <details class="raw" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
        <summary>As JSON</summary>
        {open && (
          <>
            <CopyButton text={text} what="the record" />
            {/* A region that scrolls must be reachable by keyboard. */}
            {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
            <pre role="region" aria-label="The record as JSON" tabIndex={0}>
              {text}
            </pre>
          </>
        )}
      </details>
    </PartSection>
  );
}
