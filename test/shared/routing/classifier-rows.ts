/** Small made-up fields of knowledge: enough to learn from in a moment, and nobody's real text. */
import { EXPERTS, type Expert } from "../../../shared/domain/improvement.ts";
import type { KeywordVoter } from "../../../shared/routing/classifier/features.ts";
import type { LabelledRow } from "../../../shared/routing-ports.ts";

const NOUNS: Readonly<Record<Expert, readonly string[]>> = {
  architecture: ["flumbert", "drossel", "quantock", "harnix", "pellow", "struvia"],
  integration: ["kravell", "bindlow", "mestral", "oskarin", "tundle", "wexford"],
  security: ["lockhurst", "vardan", "priskel", "guardow", "cipheron", "trustane"],
  database: ["storvik", "tablix", "querrin", "rowmont", "indexal", "vacuson"],
  networking: ["routhan", "packeron", "bridgol", "subnorr", "hoplin", "gatewyn"],
  monitoring: ["gaugel", "metrovin", "alertis", "scopewell", "tracken", "dialmor"],
};
const FRAMES = [
  "use more % with #",
  "fix the % next to #",
  "let % work for #",
  "% before #",
  "why % needs #",
  "no % without #",
];

/** `perExpert` rows of each expert, each a group of its own; the same every time. */
export function madeUpRows(perExpert: number): readonly LabelledRow[] {
  return EXPERTS.flatMap((label) =>
    Array.from({ length: perExpert }, (_, i): LabelledRow => {
      const nouns = NOUNS[label];
      const [first, second] = [nouns[i % nouns.length] ?? "", nouns[(i * 2 + 1) % nouns.length] ?? ""];
      const title = (FRAMES[i % FRAMES.length] ?? "").replace("%", first).replace("#", second);
      const description = i % 3 === 0 ? "" : `The ${second} of the cluster should be looked at, number ${i}.`;
      return {
        id: `${label}-${i}`,
        group: `${label}-${i}`,
        label,
        text: { title, description, implementation_notes: "", type: "enhancement" },
      };
    }),
  );
}

/** The labels go round, so that no word says anything. */
export function withWrongLabels(rows: readonly LabelledRow[]): readonly LabelledRow[] {
  return rows.map((row, i) => ({ ...row, label: EXPERTS[(i * 5 + Math.floor(i / 7)) % EXPERTS.length] ?? row.label }));
}

/** A keyword tier without rules. */
export const noKeywords: { readonly version: string; readonly vote: KeywordVoter } = {
  version: "none",
  vote: () => ({ ranked: [], sure: false }),
};
