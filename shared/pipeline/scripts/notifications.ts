/**
 * What is told to people, and how far it came. Per notification HASH school:notify:told:<id>: `notification` (JSON, while it
 * is under way), `filed`, and per channel `is:`, `lane:`, `tries:` (attempts that got no answer), `because:`, `over:`, `in:` (the
 * message it is sent in), `went:` (that message may have arrived, and goes again as it went). Per channel
 * ZSET school:notify:due:<channel> (id by when it is due), STRINGs `turn:` (who sends) and `held:` (why nobody does) and HASH
 * `channel:` for people. LIST school:notify:log: the last messages.
 */

/** A redriven event comes at most so long after it failed. */
const KEEP_FAILED_MS = 30 * 86_400_000;
/** Nobody delivers an event again later than that. */
const KEEP_MS = 3 * 86_400_000;
/** A channel that is down for longer loses what waits for it to the dead letters. */
const PATIENCE_MS = 86_400_000;
const LONGEST_HOLD_MS = 600_000;
const KEPT_ROWS = 500;
const MOMENT_MS = 1_000;

const functions = `
local P = ARGV[1]
local next = 1
local function arg() next = next + 1; return ARGV[next] end
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
local function int(n) return string.format('%.0f', n) end
local function told(id) return P .. 'school:notify:told:' .. id end
local function named(what, channel) return P .. 'school:notify:' .. what .. ':' .. channel end
local function left(key) return math.max(0, redis.call('PTTL', key)) end
local function underWay(state) return state == 'waiting' or state == 'sending' or state == 'unclear' end
local function note(row, channel, event, result, n)
  redis.call('LPUSH', P .. 'school:notify:log', row)
  redis.call('LTRIM', P .. 'school:notify:log', 0, ${KEPT_ROWS - 1})
  redis.call('HINCRBY', P .. 'school:metrics', 'notified:' .. channel .. ':' .. event .. ':' .. result, n)
end
-- The text is let go of with the last channel that needed it.
local function finish(id, channel, state, because)
  local key = told(id)
  redis.call('HSET', key, 'is:' .. channel, state, 'because:' .. channel, because)
  redis.call('ZREM', named('due', channel), id)
  local busy, failed = false, false
  local fields = redis.call('HGETALL', key)
  for i = 1, #fields, 2 do
    if string.sub(fields[i], 1, 3) == 'is:' then
      busy = busy or underWay(fields[i + 1])
      failed = failed or fields[i + 1] == 'failed'
    end
  end
  if not busy and not failed then redis.call('HDEL', key, 'notification') end
  redis.call('PEXPIRE', key, failed and ${KEEP_FAILED_MS} or ${KEEP_MS})
end
`;

/**
 * ARGV: prefix, id, notification, number of channels, then per channel its name, lane and window in ms. Returns per channel
 * {state, ms until it is worth looking again, because}. What failed is filed anew when the event comes back after its end.
 */
export const fileNotificationScript = `${functions}
local id, json, n = arg(), arg(), tonumber(arg())
local key, asked, busy = told(id), {}, false
for i = 1, n do
  local one = {channel = arg(), lane = arg(), window = tonumber(arg())}
  one.state = redis.call('HGET', key, 'is:' .. one.channel)
  if one.state == 'failed' and redis.call('HGET', key, 'over:' .. one.channel) then one.state = false end
  busy = busy or not one.state or underWay(one.state)
  asked[i] = one
end
local answer = {}
for i, one in ipairs(asked) do
  local channel = one.channel
  if not one.state then
    local lane = named('lane', channel .. ':' .. one.lane)
    local due = tonumber(redis.call('GET', lane) or '')
    if not due or due < now then
      due = now + one.window
      if one.window > 0 then redis.call('SET', lane, int(due), 'PX', int(one.window)) end
    end
    redis.call('HDEL', key, 'tries:' .. channel, 'because:' .. channel, 'over:' .. channel, 'in:' .. channel, 'went:' .. channel)
    redis.call('HSET', key, 'notification', json, 'filed', int(now), 'is:' .. channel, 'waiting', 'lane:' .. channel, one.lane)
    redis.call('PEXPIRE', key, ${KEEP_FAILED_MS})
    redis.call('ZADD', named('due', channel), int(due), id)
    one.state = 'waiting'
  end
  local wait = 0
  if underWay(one.state) then
    local due = tonumber(redis.call('ZSCORE', named('due', channel), id) or '') or now
    -- Somebody else is at it: most likely this one is told a moment from now.
    local turn = math.min(left(named('turn', channel)), ${MOMENT_MS})
    wait = math.max(due - now, left(named('held', channel)), turn, 0)
  elseif one.state == 'failed' and not busy then
    redis.call('HSET', key, 'over:' .. channel, '1')
  end
  answer[i] = {one.state, int(wait), redis.call('HGET', key, 'because:' .. channel) or ''}
end
return answer
`;

/** ARGV: prefix, id, channel, row, event. Returns 1 when it is told by this call. */
export const notifyOnceScript = `${functions}
local id, channel, row, event = arg(), arg(), arg(), arg()
if redis.call('HSETNX', told(id), 'is:' .. channel, 'sent') == 0 then return 0 end
redis.call('PEXPIRE', told(id), math.max(${KEEP_MS}, redis.call('PTTL', told(id))))
redis.call('HSET', named('channel', channel), 'sent_at', int(now), 'failures', '0')
note(row, channel, event, 'sent', 1)
return 1
`;

/**
 * ARGV: prefix, channel, token, lease in ms, most. Returns false when there is nothing to send, somebody else sends, or the
 * channel is held; else per notification {JSON, lane, attempts that got no answer, the message it may have arrived in or ''}.
 * What is found \`sending\` was left by a process that died at it.
 */
export const takeNotificationsScript = `${functions}
local channel, token, lease, most = arg(), arg(), arg(), arg()
if left(named('held', channel)) > 0 then return false end
local due = redis.call('ZRANGEBYSCORE', named('due', channel), '-inf', int(now), 'LIMIT', 0, most)
if #due == 0 or not redis.call('SET', named('turn', channel), token, 'NX', 'PX', lease) then return false end
local taken = {}
for _, id in ipairs(due) do
  local key = told(id)
  local json, state = unpack(redis.call('HMGET', key, 'notification', 'is:' .. channel))
  if not json or not underWay(state) then redis.call('ZREM', named('due', channel), id)
  else
    local tries = tonumber(redis.call('HGET', key, 'tries:' .. channel) or '0')
    if state == 'sending' then
      tries = redis.call('HINCRBY', key, 'tries:' .. channel, 1)
      redis.call('HSET', key, 'is:' .. channel, 'unclear', 'went:' .. channel, redis.call('HGET', key, 'in:' .. channel) or '')
    end
    if tries >= 2 then finish(id, channel, 'unknown', 'it was sent twice, and whoever sent it was gone before an answer came')
    else
      local lane, went = unpack(redis.call('HMGET', key, 'lane:' .. channel, 'went:' .. channel))
      taken[#taken + 1] = {json, lane or '', tries, went or ''}
    end
  end
end
if #taken > 0 then return taken end
redis.call('DEL', named('turn', channel))
return false
`;

/** ARGV: prefix, channel, token, lease in ms, message, ids. Returns 1 while the right to send is the token's. */
export const beginNotificationScript = `${functions}
local channel, token, lease, message = arg(), arg(), arg(), arg()
if redis.call('GET', named('turn', channel)) ~= token then return 0 end
redis.call('PEXPIRE', named('turn', channel), lease)
for i = next + 1, #ARGV do redis.call('HSET', told(ARGV[i]), 'is:' .. channel, 'sending', 'in:' .. channel, message) end
return 1
`;

/**
 * ARGV: prefix, channel, what became of it (sent, not-sent, unclear, refused), because, ms to leave the channel alone (empty:
 * longer with each failure), row without its result, event, 1 when it may have arrived all the same, ids.
 */
export const endNotificationScript = `${functions}
local channel, became, because, hold, row, event, maybeThere = arg(), arg(), arg(), tonumber(arg()), arg(), arg(), arg() == '1'
local about, result = named('channel', channel), became
for i = next + 1, #ARGV do
  local id = ARGV[i]
  local key = told(id)
  local filed = tonumber(redis.call('HGET', key, 'filed') or '')
  if maybeThere then redis.call('HSET', key, 'went:' .. channel, redis.call('HGET', key, 'in:' .. channel) or '') end
  if became == 'sent' then finish(id, channel, 'sent', because)
  elseif became == 'refused' or (became == 'not-sent' and filed and now - filed > ${PATIENCE_MS}) then
    result = 'failed'
    finish(id, channel, 'failed', because)
  elseif became == 'not-sent' then redis.call('HSET', key, 'is:' .. channel, 'waiting', 'because:' .. channel, because)
  elseif redis.call('HINCRBY', key, 'tries:' .. channel, 1) >= 2 then
    result = 'unknown'
    finish(id, channel, 'unknown', because)
  else redis.call('HSET', key, 'is:' .. channel, 'unclear', 'because:' .. channel, because) end
end
if became == 'sent' then
  redis.call('HSET', about, 'sent_at', int(now), 'failures', '0')
else
  local failures = redis.call('HINCRBY', about, 'failures', 1)
  redis.call('HSET', about, 'failed_at', int(now), 'because', because)
  if became ~= 'refused' then
    local pause = hold or math.min(${LONGEST_HOLD_MS}, 1000 * 2 ^ math.min(failures, 20))
    redis.call('SET', named('held', channel), because, 'PX', int(math.max(1, pause)))
  end
end
note(string.gsub(row, '"result":""', function() return '"result":"' .. result .. '"' end, 1), channel, event, result, #ARGV - next)
`;

/** ARGV: prefix, channel, token. */
export const releaseNotificationsScript = `${functions}
local channel, token = arg(), arg()
if redis.call('GET', named('turn', channel)) == token then redis.call('DEL', named('turn', channel)) end
`;
