/** The chapters of a video as its description lists them. */
import type { Chapter } from "../../../shared/source-ports.ts";

const LINE = /^\s*[-–•*([]*\s*(?:(\d{1,2}):)?(\d{1,2}):(\d{2})[)\]]*\s*[-–—:|]*\s*(\S.{0,199})$/u;
const MOST = 200;

/** By YouTube's own rule: three or more times in ascending order, the first of them 0:00 (support.google.com/youtube/answer/9884579). */
export function chaptersIn(description: string): Chapter[] {
  const listed = description.split("\n").flatMap((line) => {
    const [, hours = "0", minutes = "0", seconds = "0", title = ""] = LINE.exec(line) ?? [];
    if (title === "") return [];
    return [{ at: ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000, title: title.trim() }];
  });
  const from = listed.findIndex(({ at }) => at === 0);
  const chapters: Chapter[] = [];
  for (const chapter of from < 0 ? [] : listed.slice(from, from + MOST)) {
    const last = chapters.at(-1);
    if (last !== undefined && chapter.at <= last.at) break;
    chapters.push(chapter);
  }
  return chapters.length < 3 ? [] : chapters;
}
