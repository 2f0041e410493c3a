/** The narrow interfaces `notify` sees: channels to people, and the book of what was told; see ports.ts. */
import type { Notification, Severity, Told } from "./domain/notification.ts";

export const CHANNEL_KINDS = ["log", "slack", "webhook", "mail", "github"] as const;
export type ChannelKind = (typeof CHANNEL_KINDS)[number];

/** One message, of one or several notifications. */
export interface Message {
  /** Stays the same when it is sent again: receivers may go by it. */
  readonly id: string;
  readonly event: Told;
  readonly severity: Severity;
  readonly headline: string;
  readonly lines: readonly string[];
  readonly link?: string;
  /** Whose thread it belongs to: the improvement all its notifications are about. */
  readonly thread?: string;
  /** Oldest first. */
  readonly notifications: readonly Notification[];
  /** The first attempt got no answer: it may be there twice. */
  readonly again: boolean;
}

/** What became of one attempt. `because` holds no address and no secret. */
export type Receipt =
  | { readonly kind: "sent"; readonly because?: string }
  /** Surely not sent; worth another attempt, after `afterMs` where the channel said so. */
  | { readonly kind: "not-sent"; readonly because: string; readonly afterMs?: number }
  /** It was on its way and no answer came. */
  | { readonly kind: "unclear"; readonly because: string }
  /** It will not be taken however often it is sent. */
  | { readonly kind: "refused"; readonly because: string };

export interface Channel {
  readonly name: string;
  readonly kind: ChannelKind;
  /** A message per improvement stays readable there: its own thread. */
  readonly threads: boolean;
  /** Sending the same twice changes nothing. */
  readonly repeatable: boolean;
  /** Milliseconds between two messages, over all pods; 0: none, and nothing is grouped either. */
  readonly everyMs: number;
  /** Never throws; the signal ends it with what is known then. */
  send(message: Message, signal: AbortSignal): Promise<Receipt>;
}

/** Where a thread stands: what its channel calls it. */
export interface Thread {
  readonly place: string;
  readonly root: string;
}

export interface Threads {
  thread(channel: string, improvement: string): Promise<Thread | undefined>;
  /** Undefined: it is gone. */
  keepThread(channel: string, improvement: string, thread: Thread | undefined): Promise<void>;
}

/** `waiting`, `sending` and `unclear` are under way, the others are ends. `unknown`: sent twice, never answered. */
export const TELLING_STATES = ["waiting", "sending", "unclear", "sent", "unknown", "failed"] as const;
export type TellingState = (typeof TELLING_STATES)[number];

/** How far one notification is on one channel. */
export interface Telling {
  readonly channel: string;
  readonly state: TellingState;
  /** Until it is worth looking again; 0 when it is over. */
  readonly waitMs: number;
  readonly because?: string;
}

export interface Lane {
  readonly channel: string;
  /** Those of one lane wait for one another, and are sent together. */
  readonly lane: string;
  readonly windowMs: number;
}

/** Taken to be sent: nobody else sends on this channel meanwhile. */
export interface Taken {
  readonly kind: "taken";
  readonly token: string;
  readonly due: readonly Due[];
}
export interface Due {
  readonly notification: Notification;
  readonly lane: string;
  readonly again: boolean;
  /** The id of the message it was in when no answer came: whoever has that one already must get no other with it. */
  readonly went?: string;
}

/** What is told to whom, and how far it came. Redis-backed, shared by all pods. */
export interface NotificationBook extends Threads {
  /** Notes what is to be told, once however often it is called, and says how far it is. */
  file(notification: Notification, lanes: readonly Lane[]): Promise<readonly Telling[]>;
  /** Told at once and for good, for channels that cannot fail. True: by this call. */
  once(notification: Notification, channel: string): Promise<boolean>;
  /** What is due on a channel, with the only right to send there for `leaseMs`. */
  take(channel: string, leaseMs: number, most: number): Promise<Taken | { readonly kind: "later" }>;
  /** Before each attempt. False: the right to send is lost. */
  begin(
    channel: string,
    token: string,
    leaseMs: number,
    message: Pick<Message, "id" | "notifications">,
  ): Promise<boolean>;
  /** After it. `holdMs`: the channel is left alone for so long; without, it grows with each failure. */
  end(channel: string, ended: Ended): Promise<void>;
  release(channel: string, token: string): Promise<void>;
  /** For people: the channels that are configured. */
  configured(channels: readonly Pick<Channel, "name" | "kind">[]): Promise<void>;
}
export interface Ended {
  readonly receipt: Receipt;
  readonly message: Message;
  readonly repeatable: boolean;
  readonly holdMs?: number;
}
