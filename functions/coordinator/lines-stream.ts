/** An answer of many lines: JSON, one object each, read from Redis as fast as the reader takes them and no faster. */
import type { Logger } from "pino";

/** A batch is read when the one before was taken: a slow reader costs no memory. `what` names it in the log. */
export function linesOf(batches: AsyncGenerator<readonly unknown[]>, what: string, log: Logger) {
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          // A batch may hold no line at all.
          for (;;) {
            const batch = await batches.next();
            if (batch.done === true) return controller.close();
            if (batch.value.length === 0) continue;
            return controller.enqueue(encoder.encode(batch.value.map((line) => `${JSON.stringify(line)}\n`).join("")));
          }
        } catch (error) {
          // The status is sent already: only an answer that breaks off says that it is not whole.
          log.warn({ err: error }, `${what} broke off`);
          controller.error(error);
        }
      },
      async cancel() {
        await batches.return(undefined);
      },
    },
    { highWaterMark: 1 },
  );
}
