/** Whether changes stand beside each other or in one text: as somebody chose, or as there is room. */
import { useEffect, useState } from "preact/hooks";
import { type DiffLayout, preferDiff, preferredDiff } from "../state/preferences.ts";

const ROOM = "(min-width: 900px)";

export function useDiffLayout(): [DiffLayout, (layout: DiffLayout) => void] {
  const [chosen, setChosen] = useState(preferredDiff);
  const [roomy, setRoomy] = useState(() => matchMedia(ROOM).matches);
  useEffect(() => {
    const room = matchMedia(ROOM);
    const look = () => setRoomy(room.matches);
    room.addEventListener("change", look);
    return () => room.removeEventListener("change", look);
  }, []);
  // Two columns on a phone are none, whatever was chosen at a desk.
  const layout = roomy ? (chosen ?? "split") : "unified";
  return [
    layout,
    (next) => {
      preferDiff(next);
      setChosen(next);
    },
  ];
}

interface SwitchProps {
  readonly layout: DiffLayout;
  readonly onChoose: (layout: DiffLayout) => void;
}

/** Only where there is room for both. */
export function DiffLayoutSwitch({ layout, onChoose }: SwitchProps) {
  return (
    <div class="diff-layout" role="group" aria-label="Show changes">
      <button type="button" aria-pressed={layout === "split"} onClick={() => onChoose("split")}>
        Side by side
      </button>
      <button type="button" aria-pressed={layout === "unified"} onClick={() => onChoose("unified")}>
        Unified
      </button>
    </div>
  );
}
