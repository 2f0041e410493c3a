/** Tells, by a forge's own words, a branch that takes pull requests only from a commit that is refused for good. */

/**
 * True when the words of a refused push say that the branch is protected and a pull request is the way around. Words of
 * GitHub (classic protection GH006, rulesets GH013, the Git Data API), GitLab, Bitbucket, Gitea and Azure DevOps.
 */
export function takesRequestsOnly(said: string): boolean {
  if (onRequest.test(said)) return true;
  return guarded.test(said) && !forAnotherReason.test(said);
}

/** "Changes must be made through a pull request." is said by GitHub whatever other rules there are beside. */
const onRequest = /\b(pull|merge) requests?\b|merge queue|TF402455/i;

const guarded = new RegExp(
  [
    "GH006",
    "GH013",
    "protected (branch|ref)",
    "repository rule violations",
    "approving reviews? (is|are) required",
    "required status checks?",
    "(not authorized|not allowed|cannot) to push .*branch",
    "cannot update this protected ref",
  ].join("|"),
  "i",
);

/** Rules about the commit itself, which a pull request would meet as well. */
const forAnotherReason =
  /secret|signature|commit message|(author|committer)('s)? e-?mail|file (path|size|extension)|path length|larger than|locked|archived|force.?push/i;
