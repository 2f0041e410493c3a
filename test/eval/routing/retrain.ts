/** What rows of a school add: the product's own training on the shipped rows and some of the set, and how it is split. */
import { loadClassifier } from "../../../shared/routing/classifier/model-file.ts";
import { trainRouter } from "../../../shared/routing/classifier/train.ts";
import type { Classifier, LabelledRow } from "../../../shared/routing-ports.ts";
import { generator } from "../intervals.ts";
import type { Case } from "./rows.ts";

/** What a school says when it learns from a row; only that there is a date counts. */
const LEARNED_AT = "2026-01-01T00:00:00.000Z";

/** `own`: rows of the school beside the shipped ones. One kind of model is tried: both take twice as long. */
export async function trained(
  shipped: readonly LabelledRow[],
  own: readonly LabelledRow[],
  seed: number,
): Promise<Classifier> {
  const rows = [...shipped, ...own.map((row) => ({ ...row, at: row.at ?? LEARNED_AT }))];
  const { bytes, checksum } = await trainRouter(rows, { seed, kinds: ["softmax"] });
  return loadClassifier(bytes, checksum);
}

export interface Split {
  readonly own: readonly Case[];
  readonly rest: readonly Case[];
}

/** `most` rows at random, whole groups only; the rest is for judging. */
export function drawn(cases: readonly Case[], most: number, seed: number): Split {
  const random = generator(seed);
  const lots = new Map(cases.map(({ group }) => [group, 0]));
  for (const group of lots.keys()) lots.set(group, random());
  const order = [...cases].sort((a, b) => (lots.get(a.group) ?? 0) - (lots.get(b.group) ?? 0));
  return splitAt(order, most);
}

/** Rows of some repositories, tested on those of the others; the name of a group says which repository it is of. */
export function ofOtherRepositories(cases: readonly Case[], most: number, seed: number): Split {
  const names = [...new Set(cases.map(repositoryOf))].sort();
  const isTested = (one: Case) => names.indexOf(repositoryOf(one)) % 2 === seed % 2;
  const { own } = drawn(
    cases.filter((one) => !isTested(one)),
    most,
    seed,
  );
  return { own, rest: cases.filter(isTested) };
}

/** `og-a` of `og-a-001`: rows of one repository have it in common. */
export function repositoryOf({ group }: Case): string {
  return group.replace(/-[^-]*$/, "");
}

/** The oldest rows, tested on what came later; rows without a date are left out. */
export function oldest(cases: readonly Case[], most: number): Split {
  const dated = cases.filter(({ at }) => at !== undefined);
  return splitAt(
    dated.toSorted((a, b) => ((a.at ?? "") < (b.at ?? "") ? -1 : (a.at ?? "") > (b.at ?? "") ? 1 : 0)),
    most,
  );
}

function splitAt(order: readonly Case[], most: number): Split {
  const groups = new Set(order.slice(0, most).map(({ group }) => group));
  return {
    own: order.filter(({ group }) => groups.has(group)),
    rest: order.filter(({ group }) => !groups.has(group)),
  };
}
