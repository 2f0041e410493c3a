/** What to do about a refusal, where the school's own words say only what is wrong. */

/** A list that shows what there is, by the route that was asked for something else. */
const LISTS: readonly (readonly [RegExp, string])[] = [
  [/^\/api\/improvements\//, "school list"],
  [/^\/api\/sources\//, "school sources"],
  [/^\/api\/watches\//, "school watches"],
  [/^\/api\/dead-letters\//, "school dead-letters"],
  [/^\/api\/flags\//, "school flags"],
  [/^\/api\/locks\//, "school locks"],
  [/^\/api\/sessions\//, "school sessions"],
  [/^\/api\/notifications\//, "school notifications"],
  [/^\/api\/router\//, "school router"],
];

/** A sentence to put behind the school's; undefined where there is nothing to add. `path`: of the route, with its query. */
export function hintOf(status: number, path: string): string | undefined {
  if (status === 401) return "Set SCHOOL_TOKEN to a token of this school.";
  if (status === 403) return "`school whoami` says who you are; set SCHOOL_TOKEN to the token of somebody who may.";
  if (status === 404) {
    const list = LISTS.find(([route]) => route.test(path))?.[1];
    return list === undefined ? undefined : `\`${list}\` shows what there is.`;
  }
  const [, id] = /^\/api\/improvements\/([^/?]+)\/./.exec(path) ?? [];
  if (status === 409 && id !== undefined) return `\`school show ${decodeURIComponent(id)}\` shows where it stands.`;
  return undefined;
}
