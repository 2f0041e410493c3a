/**
 * turn and hold: the order in which all processes ask one host. HASH school:web:turns:<host>: `next`, when nobody has taken
 * a turn yet; `later`, when whoever was sent away last comes back; `held`, until when the host is left alone. Milliseconds of
 * Redis's clock; the hash ends by itself when the last of them has passed.
 */

const functions = `
local key = ARGV[1] .. 'school:web:turns:' .. ARGV[2]
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local function moment(field) return tonumber(redis.call('HGET', key, field) or '') or 0 end
local function put(field, at)
  redis.call('HSET', key, field, string.format('%.0f', at))
  redis.call('PEXPIRE', key, string.format('%.0f', math.max(at - now + 1000, redis.call('PTTL', key))))
end
`;

/**
 * ARGV: prefix, host, spacing in ms, longest wait in ms. Returns {1 when a turn was taken, ms until then}. Who is sent away
 * is told a moment of its own, one spacing after the one before it, so that they do not all come back at once.
 */
export const hostTurnScript = `${functions}
local every, most = tonumber(ARGV[3]), tonumber(ARGV[4])
local next = math.max(now, moment('next'))
if next - now <= most then
  put('next', next + every)
  return {1, next - now}
end
local later = math.max(next, moment('later'))
put('later', later + every)
return {0, later - now}
`;

/** ARGV: prefix, host, ms. A hold only ever grows. */
export const hostHoldScript = `${functions}
local till = now + tonumber(ARGV[3])
put('held', math.max(till, moment('held')))
put('next', math.max(till, moment('next')))
`;

/** ARGV: prefix, host. Returns ms. */
export const hostHeldScript = `${functions}
return math.max(0, moment('held') - now)
`;
