/** Whether what manifests and proposals name is found, and its state told rightly, on an invented platform with known defects. */
import { findMissing } from "../../../functions/validate/dependencies.ts";
import { graphOf } from "../../../shared/graph/build.ts";
import { deployOrder } from "../../../shared/graph/order.ts";
import { graphPlatform, rowsOf } from "../graph-platform.ts";
import { share } from "../share.ts";
import type { Figure, Suite } from "../suite.ts";

interface Reference {
  readonly check: "reference";
  readonly from: string;
  readonly to: string;
  /** `none`: it looks like a reference and is none. */
  readonly state: string;
}
interface Verdict {
  readonly check: "verdict";
  readonly text: string;
  readonly result: string;
}
interface Order {
  readonly check: "order";
  readonly ids: readonly string[];
  readonly last: string;
}
type Row = (Reference | Verdict | Order) & { readonly split: "tune" | "held" };

export const suite: Suite = {
  name: "dependencies",
  async run({ seed }): Promise<readonly Figure[]> {
    const platform = graphPlatform();
    const graph = graphOf(platform);
    const held = rowsOf<Row>("dependencies.jsonl").filter(({ split }) => split === "held");
    const references = held.filter((row) => row.check === "reference");
    const named = new Set(graph.edges.map(({ from, to }) => `${from} ${to}`));
    const stateOf = ({ from, to }: Reference) =>
      named.has(`${from} ${to}`) ? (graph.nodes.get(to)?.state ?? "none") : "none";
    const real = references.filter(({ state }) => state !== "none");
    const decoys = references.filter(({ state }) => state === "none");
    const missing = real.filter(({ state }) => state === "absent");
    const called = references.filter((row) => stateOf(row) === "absent");
    const verdicts = held.filter((row) => row.check === "verdict");
    const told = verdicts.map(({ text }) => resultOf(text, platform));
    const orders = held.filter((row) => row.check === "order");
    const shuffled = rotated(real, seed);
    return [
      share(
        "dependencies/states correct",
        count(real, (row) => stateOf(row) === row.state),
        real.length,
        { goal: 0.95 },
      ),
      share(
        "dependencies/decoys left alone",
        count(decoys, (row) => stateOf(row) === "none"),
        decoys.length,
        { goal: 0.95 },
      ),
      share(
        "dependencies/absent found",
        count(missing, (row) => stateOf(row) === "absent"),
        missing.length,
        { goal: 0.9 },
      ),
      share(
        "dependencies/absent is right",
        count(called, ({ state }) => state === "absent"),
        called.length,
        { goal: 0.95 },
      ),
      share(
        "dependencies/verdicts correct",
        count(verdicts, ({ result }, index) => told[index] === result),
        verdicts.length,
        { goal: 0.9 },
      ),
      share(
        "dependencies/order right",
        count(orders, ({ ids, last }) => deployOrder(graph, ids).at(-1) === last),
        orders.length,
      ),
      share(
        "dependencies/control: states of other references",
        count(real, (row, index) => stateOf(shuffled[index] ?? row) === row.state),
        real.length,
        { control: { atMost: 0.6 }, note: "labels moved on to other rows" },
      ),
    ];
  },
};

function resultOf(text: string, platform: ReturnType<typeof graphPlatform>): string {
  return findMissing({ title: text, description: "", implementation_notes: "", quotes: [] }, platform).result;
}

function count<Row>(rows: readonly Row[], holds: (row: Row, index: number) => boolean): number {
  return rows.filter(holds).length;
}

/** Every row stands where another stood. */
function rotated<Row>(rows: readonly Row[], seed: number): readonly Row[] {
  const by = 1 + (Math.abs(seed) % Math.max(1, rows.length - 1));
  return [...rows.slice(by), ...rows.slice(0, by)];
}
