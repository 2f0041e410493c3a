/** Several requests at once, but never so many that GitHub takes them for abuse (its limit is 100 per token). */
const AT_ONCE = 6;

/** Does `work` for every item, in no order; the first failure ends it after what has begun. */
export async function atOnce<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const waiting = [...items];
  async function worker(): Promise<void> {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await work(item);
  }
  const workers = await Promise.allSettled(Array.from({ length: Math.min(AT_ONCE, items.length) }, stopOthers));
  const failed = workers.find((each) => each.status === "rejected");
  if (failed !== undefined) throw failed.reason;

  async function stopOthers(): Promise<void> {
    try {
      await worker();
    } catch (error) {
      waiting.length = 0;
      throw error;
    }
  }
}
