/** Copies a text, and says whether it did. */
import { useState } from "preact/hooks";

export function CopyButton({ text, what }: { text: string; what: string }) {
  const [said, setSaid] = useState("");
  function copy(): void {
    // Only secure addresses have a clipboard; elsewhere one marks the text oneself.
    if (navigator.clipboard === undefined) return setSaid("not possible at this address");
    navigator.clipboard.writeText(text).then(
      () => setSaid("copied"),
      () => setSaid("the browser refused"),
    );
  }
  return (
    <span class="copy">
      <button type="button" class="quiet" aria-label={`Copy ${what}`} onClick={copy}>
        Copy
      </button>
      <span role="status">{said}</span>
    </span>
  );
}
