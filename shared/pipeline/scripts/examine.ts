/**
 * Scripts of doctor: each looks at one thing and, if asked, mends it in the same moment, so that a school at work is
 * neither misread nor broken by its own examination.
 */

/** One improvement in the index of one status. ARGV id, status, score, repair (1/0). Returns 1 when they disagreed. */
export const indexScript = `
local id, status, score, repair = arg(), arg(), arg(), arg() == '1'
local sorted, set = P .. 'improvements:' .. status, P .. 'improvements:status:' .. status
local here = statusOf(id) == status
local listed, member = redis.call('ZSCORE', sorted, id) ~= false, redis.call('SISMEMBER', set, id) == 1
if listed == here and member == here then return 0 end
if repair and here then redis.call('ZADD', sorted, score, id); redis.call('SADD', set, id)
elseif repair then redis.call('ZREM', sorted, id); redis.call('SREM', set, id) end
return 1
`;

/**
 * A lock whose holder ended or is gone. ARGV lock, repair (1/0). Returns the holder and its status ('' for no record), or
 * nothing when the lock is rightly held.
 */
export const staleLockScript = `
local lock, repair = arg(), arg() == '1'
local holder = redis.call('GET', lockKey(lock))
if not holder then return {} end
local status = statusOf(holder)
if status and not RELEASES[status] then return {} end
if repair then redis.call('DEL', lockKey(lock)) end
return {holder, status or ''}
`;

/** Waiters behind a lock that nobody holds. ARGV lock, repair (1/0). Returns the first one's entry, or nothing. */
export const strandedScript = `
local lock, repair = arg(), arg() == '1'
if redis.call('EXISTS', lockKey(lock)) == 1 then return {} end
local first = redis.call('ZRANGE', lockKey(lock) .. ':waiting', 0, 0)
if repair then wakeWaiter(lock) end
return first
`;
