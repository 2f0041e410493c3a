/** Colours for YAML as soon as what knows its grammar is there; until then, and without it, text is plain. */
import { useEffect, useMemo, useState } from "preact/hooks";
import type { Coloured } from "../logic/yaml-colours.ts";

type Colour = (lines: readonly string[]) => Coloured[][];

/** UTF-16 units: a text longer than this is read without colours. */
const LONGEST = 300_000;
let known: Colour | undefined;

export function useColours(path: string, lines: readonly string[]): readonly (readonly Coloured[])[] {
  const [colour, setColour] = useState<Colour | undefined>(() => known);
  const wanted = /\.ya?ml$/i.test(path);
  useEffect(() => {
    if (!wanted || known !== undefined) return undefined;
    let left = false;
    import("../logic/yaml-colours.ts").then(
      ({ yamlColours }) => {
        known = yamlColours;
        if (!left) setColour(() => yamlColours);
      },
      // Plain text says the same.
      () => undefined,
    );
    return () => {
      left = true;
    };
  }, [wanted]);
  return useMemo(() => {
    const size = lines.reduce((sum, line) => sum + line.length + 1, 0);
    return wanted && colour !== undefined && size <= LONGEST ? colour(lines) : [];
  }, [wanted, colour, lines]);
}
