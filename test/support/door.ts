/**
 * An address that stays where it is while the server behind it goes and comes back as another one. A port that is closed
 * and opened again may be somebody else's in between.
 */

import type { AddressInfo } from "node:net";
import { connect, createServer, type Socket } from "node:net";

export interface Door {
  readonly url: string;
  /** Every connection ends, and new ones are ended at once. */
  shut(): void;
  /** From now on it leads to this address. */
  leadTo(url: string): void;
  close(): Promise<void>;
}

export async function door(): Promise<Door> {
  const sockets = new Set<Socket>();
  let port: number | undefined;
  const server = createServer((incoming) => {
    if (port === undefined) return void incoming.destroy();
    const behind = connect(port, "127.0.0.1");
    for (const [one, other] of [
      [incoming, behind],
      [behind, incoming],
    ] as const) {
      sockets.add(one);
      one.on("error", () => other.destroy());
      one.on("close", () => {
        sockets.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const shut = () => {
    port = undefined;
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    shut,
    leadTo(url) {
      port = Number(new URL(url).port);
    },
    close() {
      shut();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
