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

/**
 * Waiters behind a lock that nobody holds. ARGV lock, repair (1/0). Returns the first one's entry, or nothing. Who was woken
 * takes the lock only when implement comes to it: until then the rest rightly wait, and it wakes the next in any case.
 */
export const strandedScript = `
local lock, repair = arg(), arg() == '1'
if redis.call('EXISTS', lockKey(lock)) == 1 then return {} end
local members = redis.call('ZRANGE', lockKey(lock) .. ':waiting', 0, -1)
if #members == 0 then return {} end
local waiting = {}
for _, member in ipairs(members) do
  local _, id = identify(string.match(member, '^%l+|(.*)$') or member)
  if id then waiting[id] = true end
end
local set = P .. 'improvements:status:' .. TAKES.implement
local candidates = redis.call('TYPE', set).ok == 'set' and redis.call('SMEMBERS', set) or {}
for _, id in ipairs(candidates) do
  local wokenHere = not waiting[id] and statusOf(id) == TAKES.implement and redis.call('HGET', record(id), 'waits_for_lock') == lock
  if wokenHere then return {} end
end
if repair then wakeWaiter(lock) end
return {members[1]}
`;
