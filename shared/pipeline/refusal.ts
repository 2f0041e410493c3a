/** Redis answers, but refuses for now: out of memory, demoted to a replica, loading, its disk is full. It will pass. */

/** Redis 7 puts the word first; Redis 6 reports an error inside a script as `ERR Error running script …: -OOM …`. */
const PASSING =
  /^(ERR .*[:\s]-?)?(OOM command|READONLY|MISCONF|LOADING|BUSY|TRYAGAIN|CLUSTERDOWN|MASTERDOWN|NOREPLICAS)\b/;

/** True for a refusal that is no fault of the command and goes away by itself or by an operator's hand. */
export function isPassingRefusal(error: unknown): boolean {
  return error instanceof Error && PASSING.test(error.message);
}

/** ioredis' words for a pipeline of which a part was answered before the connection went; it sends none of it again. */
const CUT_OFF = /^Command aborted due to connection close/;

/** True when the connection to Redis went in the middle of an answer: no fault of the command either. */
export function isCutOff(error: unknown): boolean {
  return error instanceof Error && CUT_OFF.test(error.message);
}

/** True when Redis did not answer at all: the words of ioredis and of the network for it. */
export function isOutage(error: unknown): boolean {
  return (
    error instanceof Error &&
    (error.name === "MaxRetriesPerRequestError" ||
      isCutOff(error) ||
      /Command timed out|Stream isn't writeable|Connection is closed|ECONNREFUSED|ECONNRESET|EPIPE/.test(error.message))
  );
}
