/**
 * request-index: asks `index` to look at a source, once: where an event that waits in its list says the same or `all`,
 * nothing is added; one that waits for its retry is due now. ARGV: prefix, event, source. Returns {id of the event that
 * waits, 1 when it is this one}.
 */
const LOOKED_AT = 100;

export const requestIndexScript = `
local event, source = arg(), arg()
local q = queue('index')
probe('LLEN', q)
probe('ZCARD', q .. ':delayed')

local function covers(text)
  local ok, other = pcall(cjson.decode, text)
  if not ok or type(other) ~= 'table' or type(other.data) ~= 'table' or type(other.id) ~= 'string' then return nil end
  return (other.data.source == source or other.data.source == 'all') and other.id or nil
end

for _, text in ipairs(redis.call('LRANGE', q, 0, ${LOOKED_AT - 1})) do
  local id = covers(text)
  if id then return {id, 0} end
end
for _, text in ipairs(redis.call('ZRANGE', q .. ':delayed', 0, ${LOOKED_AT - 1})) do
  local id = covers(text)
  if id then redis.call('ZADD', q .. ':delayed', now, text) return {id, 0} end
end
redis.call('LPUSH', q, event)
return {cjson.decode(event).id, 1}
`;
