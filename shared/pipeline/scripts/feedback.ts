/**
 * feedback: what a person says of the expert that was chosen, written down without a move. Of what has ended `learn` has
 * heard already, so it gets another event; it writes nothing twice. ARGV id, the expert it was said of, actor, text for the
 * trail, feedback as a JSON object without its time. Returns {'ok', status, '1' when learn was told} or {'refused', why}.
 */
export const feedbackScript = `
local id, expert, actor, text, feedback = arg(), arg(), arg(), arg(), arg()
local status = statusOf(id)
if not status then return {'refused', 'there is no improvement ' .. id} end
if isNewer(id) then return {'refused', 'its record was written by a newer version of the school: say it at a coordinator of that version'} end
local current = redis.call('HGET', record(id), 'expert')
if current ~= expert then return {'refused', 'it is with the ' .. tostring(current or 'no') .. ' expert by now; look again'} end
local ended = false
for _, stage in ipairs(LISTENERS[status]) do ended = ended or stage == 'learn' end
probeStreams()
if ended then probe('LLEN', queue('learn')) end
local entry = log(id, status, status, actor, text, '')
redis.call('HSET', record(id), 'routing_feedback', string.sub(feedback, 1, -2) .. ',"at":"' .. nowIso .. '"}')
if ended then
  local quoted = cjson.encode(id)
  redis.call('LPUSH', queue('learn'), '{"specversion":"1.0","id":' .. cjson.encode(id .. ':' .. status .. ':feedback:' .. entry)
    .. ',"source":"/cortex-online-school/feedback","type":"ai.cortex.school.improvement.' .. status .. '","subject":' .. quoted
    .. ',"time":"' .. nowIso .. '","datacontenttype":"application/json",' .. DATA_SCHEMA .. '"data":{"id":' .. quoted .. '}}')
end
flush()
return {'ok', status, ended and '1' or '0'}
`;
