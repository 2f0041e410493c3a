/** The newest part of the stream in memory, as frames: whoever keeps up is served from here without asking Redis. */
import { compareEntries } from "../../../shared/pipeline/event-stream.ts";
import { type Filter, type Frame, wanted } from "./frames.ts";

export interface Slice {
  readonly bytes: Uint8Array;
  /** Where the reader stands afterwards. */
  readonly cursor: string;
  /** The last id in `bytes`, which may be an earlier one. */
  readonly told: string | undefined;
}

export interface Window {
  /** Counts the times the stream did not continue: a cursor of an earlier epoch has to be checked again. */
  readonly epoch: number;
  /** The newest entry known; undefined before the stream was read for the first time. */
  readonly end: string | undefined;
  /** Begins anew: every entry after `floor` will be pushed. */
  reset(floor: string): void;
  push(frames: readonly Frame[]): void;
  /** True when the stream has `cursor`, as far as can be told from here. */
  holds(cursor: string): boolean;
  /** Some of what comes after `cursor`; undefined when that reaches further back than the window. */
  after(cursor: string, filter: Filter): Slice | undefined;
}

export interface WindowLimits {
  readonly frames: number;
  readonly bytes: number;
}

/** A piece holds at most so much (or one frame), and so does a client that is slow to take it. */
const PIECE_FRAMES = 200;
const PIECE_BYTES = 256_000;

export function emptyWindow(limits: WindowLimits): Window {
  let frames: Frame[] = [];
  let bytes = 0;
  let floor: string | undefined;
  let epoch = 0;
  let piece: { from: Frame; to: Frame; bytes: Uint8Array } | undefined;

  /** The index of the first frame after `cursor`; the usual reader is at the end. */
  function indexAfter(cursor: string): number {
    let low = 0;
    let high = frames.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compareEntries((frames[middle] as Frame).entry, cursor) <= 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
  /** Most clients stand at the same place and want everything: their piece is put together once. */
  function together(part: readonly Frame[]): Uint8Array {
    const [from, to] = [part[0] as Frame, part.at(-1) as Frame];
    if (piece?.from !== from || piece.to !== to) piece = { from, to, bytes: joined(part) };
    return piece.bytes;
  }
  return {
    get epoch() {
      return epoch;
    },
    get end() {
      return frames.at(-1)?.entry ?? floor;
    },
    reset(start) {
      frames = [];
      bytes = 0;
      floor = start;
      epoch += 1;
      piece = undefined;
    },
    push(more) {
      for (const frame of more) {
        frames.push(frame);
        bytes += frame.bytes.length;
      }
      let drop = 0;
      while (frames.length - drop > limits.frames || (bytes > limits.bytes && frames.length - drop > 1)) {
        bytes -= (frames[drop] as Frame).bytes.length;
        drop += 1;
      }
      if (drop === 0) return;
      floor = (frames[drop - 1] as Frame).entry;
      frames = frames.slice(drop);
    },
    holds(cursor) {
      if (floor === undefined) return false;
      return cursor === floor || frames[indexAfter(cursor) - 1]?.entry === cursor;
    },
    after(cursor, filter) {
      if (floor === undefined || compareEntries(cursor, floor) < 0) return undefined;
      const from = indexAfter(cursor);
      const part = frames.slice(from, from + pieceLength(frames, from));
      const reached = part.at(-1);
      if (reached === undefined) return { bytes: NOTHING, cursor, told: undefined };
      const mine = part.filter((frame) => wanted(filter, frame));
      const text = mine.length === 0 ? NOTHING : mine.length === part.length ? together(part) : joined(mine);
      return { bytes: text, cursor: reached.entry, told: mine.at(-1)?.entry };
    },
  };
}

/** How many frames from `from` on make one piece. */
export function pieceLength(frames: readonly Frame[], from: number): number {
  let bytes = 0;
  let count = 0;
  for (; count < PIECE_FRAMES && from + count < frames.length; count += 1) {
    bytes += (frames[from + count] as Frame).bytes.length;
    if (bytes > PIECE_BYTES && count > 0) break;
  }
  return count;
}

export function joined(frames: readonly Frame[]): Uint8Array {
  return Buffer.concat(frames.map(({ bytes }) => bytes));
}

const NOTHING = new Uint8Array(0);
