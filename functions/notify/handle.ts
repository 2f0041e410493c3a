/** notify: tells people, once per improvement and state, in words they can act on. */
import type { Notifier } from "../../shared/ports.ts";
import { type Observed, observed } from "../../shared/runtime/outcome.ts";
import type { InputOf } from "../../shared/runtime/stage.ts";
import { messageFor } from "./message.ts";
import { noticeMessage } from "./notice-message.ts";

export interface NotifyPorts {
  readonly notifier: Notifier;
}

export async function notify(input: InputOf<"notify">, { notifier }: NotifyPorts): Promise<Observed> {
  if ("notice" in input) {
    const { about } = input.notice;
    await notifier.send({ reached: about, text: noticeMessage(input.notice) });
    return observed(`told about ${about}`);
  }
  const { improvement, reached } = input;
  await notifier.send({ improvement, reached, text: messageFor(improvement, reached) });
  return observed(`told about ${reached}`);
}
