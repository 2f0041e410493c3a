/**
 * breakerOpened: tells once that the circuit breaker has opened, by whoever notices first. The improvement whose rollback was one
 * too many gets an entry in its trail, and notify an event about it. ARGV when it opened, when it closes, why.
 * Returns 1 when it was told by this call.
 */
export const breakerOpenedScript = `
local opened, closes, text = tonumber(arg()), tonumber(arg()), arg()
local key = P .. 'school:breaker'
if tonumber(redis.call('HGET', key, 'told') or 0) >= opened then return 0 end
local id = redis.call('ZRANGEBYSCORE', P .. 'school:rollbacks', opened, opened, 'LIMIT', 0, 1)[1]
local status = id and statusOf(id)
probeStreams()
redis.call('LLEN', queue('notify'))
redis.call('HSET', key, 'told', opened, 'opened_at', iso(opened), 'closes_at', iso(closes), 'because', text)
if not status then return 1 end
local entry = log(id, status, status, 'breaker', 'the circuit breaker opened: ' .. text, '')
redis.call('HSET', record(id), 'breaker_opened', text)
local quoted = cjson.encode(id)
redis.call('LPUSH', queue('notify'), '{"specversion":"1.0","id":' .. cjson.encode(id .. ':breaker:' .. entry)
  .. ',"source":"/cortex-online-school/breaker","type":"ai.cortex.school.improvement.rolling_back","subject":' .. quoted
  .. ',"time":"' .. nowIso .. '","datacontenttype":"application/json",' .. DATA_SCHEMA .. '"data":{"id":' .. quoted .. '}}')
count('breaker:opened')
flush()
return 1
`;

/**
 * askRollback: a person wants back what sync or verify is at work on; that stage takes it back at its next look. ARGV id,
 * actor, reason. Returns {'ok', status} or {'refused', why}.
 */
export const askRollbackScript = `
local id, actor, reason = arg(), arg(), arg()
local status = statusOf(id)
if not status then return {'refused', 'there is no improvement ' .. id} end
if status ~= TAKES.sync and status ~= TAKES.verify then return {'refused', 'it is ' .. status .. ' by now'} end
probeStreams()
log(id, status, status, actor, 'asked for a rollback: ' .. reason, '')
redis.call('HSET', record(id), 'rollback_requested', reason)
return {'ok', status}
`;
