/** The shortcuts that work on this page, gathered when somebody asks. */
import { useEffect, useRef, useState } from "preact/hooks";
import { shortcutsWanted, wantShortcuts } from "../state/preferences.ts";
import { type Shortcut, shortcutsNow } from "../state/use-shortcuts.ts";

export function HelpDialog({ onClose }: { onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [wanted, setWanted] = useState(shortcutsWanted);
  const [groups] = useState(() => grouped(shortcutsNow()));
  useEffect(() => dialog.current?.showModal(), []);
  function choose(on: boolean): void {
    wantShortcuts(on);
    setWanted(on);
  }
  return (
    <dialog ref={dialog} class="decision help-dialog" aria-labelledby="help-title" onClose={onClose}>
      <h2 id="help-title">Keyboard shortcuts</h2>
      <div class="shortcut-groups">
        {[...groups].map(([group, shortcuts]) => (
          <section key={group}>
            <h3>{group}</h3>
            <dl>
              {shortcuts.map(({ keys, does }) => (
                <div key={keys} class="shortcut">
                  <dt>
                    {keys.split(" ").map((key) => (
                      <kbd key={key}>{key}</kbd>
                    ))}
                  </dt>
                  <dd>{does}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <label class="choice">
        <input type="checkbox" checked={wanted} onChange={({ currentTarget }) => choose(currentTarget.checked)} />
        Shortcuts of single keys are on
      </label>
      <div class="dialog-actions">
        <button type="button" class="primary" onClick={() => dialog.current?.close()}>
          Close
        </button>
      </div>
    </dialog>
  );
}

/** By heading, in the order they came; of several with the same keys the last one, which is the one that works. */
function grouped(shortcuts: readonly Shortcut[]): Map<string, Shortcut[]> {
  const working = shortcuts.filter(({ keys }, at) => shortcuts.findLastIndex((other) => other.keys === keys) === at);
  return Map.groupBy(working, ({ group }) => group);
}
