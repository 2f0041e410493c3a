/** Light, dark, or as the system has it; kept in this browser. */
import { useState } from "preact/hooks";
import { inWords } from "../logic/words.ts";
import { preferredTheme, preferTheme, THEMES, type Theme } from "../state/preferences.ts";

export function ThemeSwitch() {
  const [theme, setTheme] = useState(preferredTheme);
  function choose(chosen: Theme): void {
    preferTheme(chosen);
    setTheme(chosen);
  }
  return (
    <select
      class="theme"
      aria-label="Colours"
      value={theme}
      onChange={({ currentTarget }) => choose(currentTarget.value as Theme)}
    >
      {THEMES.map((name) => (
        <option key={name} value={name}>
          {inWords(name)}
        </option>
      ))}
    </select>
  );
}
