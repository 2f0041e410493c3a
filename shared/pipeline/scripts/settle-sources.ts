/**
 * The part of settle that ends what `ingest` does. ARGV after kind and token:
 *   source    id, state, watch, n, field, value, …, count, then per proposal: id, video, category, n, field, value, …;
 *             count, then per corroboration: improvement, source id, entry as JSON, relevance, its basis, because
 *   listed    id, watch, daily limit, etag, last modified, because, n, field, value, …, count, then per entry: id, title,
 *             address, data of its event
 *   known     watch, because
 * `watch` is the name of a watched source, or empty.
 */
import { END_STATUSES } from "../../domain/lifecycle.ts";

/** New sources one settle adds; so many wait for the next look, which then comes at once. */
export const MOST_NEW = 50;
/** Other sources an improvement remembers; more say nothing new. */
const MOST_CORROBORATIONS = 50;

export const sourceKinds = `
local ENDED = {${END_STATUSES.map((status) => `${status}=true`).join(",")}}
local function sourceKey(id) return P .. 'school:source:' .. id end
local function watchKey(name) return P .. 'school:watch:' .. name end
local function probeSource(id, watch)
  redis.call('HLEN', sourceKey(id)); redis.call('ZCARD', P .. 'school:sources'); redis.call('HLEN', P .. 'school:handed_in_by')
  if watch ~= '' then redis.call('HLEN', watchKey(watch)) end
end

-- Who handed in the source of this event over HTTP; false where nobody did.
local function handedIn(lease)
  local name = redis.pcall('GET', P .. 'school:handed_in:' .. lease.eventId)
  return type(name) == 'string' and name
end

-- Ends the look at a watched source, so that the next one can be asked for.
local function looked(watch, result, because)
  if watch == '' then return end
  redis.call('HSET', watchKey(watch), 'last', nowIso, 'result', result, 'because', because)
  redis.call('HDEL', watchKey(watch), 'pending')
  count('look:' .. watch .. ':' .. result)
end

-- Another source says what this improvement says. Changes nothing where that is known, or where it can matter no more; a
-- damaged record is its own trouble, not that of the source.
local function corroborate(one)
  local rec, status = record(one.id), statusOf(one.id)
  local trail = redis.call('TYPE', rec .. ':trail').ok
  if not status or ENDED[status] or isNewer(one.id) or (trail ~= 'stream' and trail ~= 'none') then return end
  local facts = redis.call('HMGET', rec, 'corroborated_by', 'source_id', 'relevance')
  if facts[2] == one.source then return end
  local list = {}
  if facts[1] then
    local ok, decoded = pcall(cjson.decode, facts[1])
    if not ok or type(decoded) ~= 'table' then return end
    list = decoded
  end
  for _, known in ipairs(list) do if type(known) == 'table' and known.source_id == one.source then return end end
  if #list >= ${MOST_CORROBORATIONS} then return end
  local before = #list > 0 and string.gsub(facts[1], '%]%s*$', ',') or '['
  redis.call('HSET', rec, 'corroborated_by', before .. one.entry .. ']')
  local rises = tonumber(one.relevance) and tonumber(one.relevance) > (tonumber(facts[3] or '') or 0)
  if rises then
    redis.call('HSET', rec, 'relevance', one.relevance)
    if one.basis ~= '' then redis.call('HSET', rec, 'relevance_basis', one.basis) end
  end
  log(one.id, status, status, stage, one.because, one.entry)
  count('corroborated')
end

function kinds.source(token)
  local sourceId, state, watch, fields, many = arg(), arg(), arg(), args(), tonumber(arg())
  local proposals, others = {}, {}
  for i = 1, many do proposals[i] = {id = arg(), video = arg(), category = arg(), set = args()} end
  for i = 1, tonumber(arg()) do
    others[i] = {id = arg(), source = arg(), entry = arg(), relevance = arg(), basis = arg(), because = arg()}
  end
  if not redis.call('ZSCORE', q .. ':leases', token) then return 'lost' end
  local key = sourceKey(sourceId)
  probeSource(sourceId, watch)
  for _, proposal in ipairs(proposals) do probeNew(proposal, 'raw') end
  if #others > 0 then probeStreams() end
  local lease = finish(token)
  local person = handedIn(lease)
  succeeded(lease)
  local ids, known = {}, 0
  for i, proposal in ipairs(proposals) do
    ids[i] = proposal.id
    if redis.call('EXISTS', record(proposal.id)) == 1 then known = known + 1
    else
      local said = {}
      for field = 1, #proposal.set, 2 do said[proposal.set[field]] = proposal.set[field + 1] end
      local entry = create(proposal, 'raw', stage, 'proposed by ' .. sourceId)
      if person then redis.call('HSETNX', P .. 'school:handed_in_by', proposal.id, person) end
      announce(proposal.id, 'raw', stage, entry, nil, traceText(said.traceparent, said.tracestate))
    end
  end
  for _, one in ipairs(others) do corroborate(one) end
  redis.call('HSET', key, 'id', sourceId, 'state', state, 'read_at', nowIso, 'known', known,
    'improvements', #ids == 0 and '[]' or cjson.encode(ids), unpack(fields))
  redis.call('ZADD', P .. 'school:sources', now, sourceId)
  for i = 1, #fields, 2 do if fields[i] == 'because' then looked(watch, state, fields[i + 1]) end end
  count('source:' .. state)
  return 'ok'
end

-- What is new becomes events on this very list, each once: who is in the books already is known, however it got there.
function kinds.listed(token)
  local id, watch, limit, etag, modified, because, fields = arg(), arg(), tonumber(arg()), arg(), arg(), arg(), args()
  local entries = {}
  for i = 1, tonumber(arg()) do entries[i] = {id = arg(), title = arg(), address = arg(), data = arg()} end
  if not redis.call('ZSCORE', q .. ':leases', token) then return 'lost' end
  probeSource(id, watch)
  local key = sourceKey(id)
  local counter = watch == '' and key or watchKey(watch)
  local today = string.sub(nowIso, 1, 10)
  local facts = redis.call('HMGET', counter, 'day', 'taken')
  local taken = facts[1] == today and tonumber(facts[2]) or 0
  local room = math.min(${MOST_NEW}, math.max(0, limit - taken))
  local fresh, met, known, waiting = {}, {[id] = true}, 0, 0
  for _, entry in ipairs(entries) do
    if not met[entry.id] then
      met[entry.id] = true
      if redis.call('EXISTS', sourceKey(entry.id)) == 1 then known = known + 1
      elseif #fresh < room then fresh[#fresh + 1] = entry
      else waiting = waiting + 1 end
    end
  end
  local lease = finish(token)
  local person = handedIn(lease)
  succeeded(lease)
  for _, entry in ipairs(fresh) do
    if person then redis.call('SET', P .. 'school:handed_in:source:' .. entry.id, person, 'EX', 2592000) end
    redis.call('HSET', sourceKey(entry.id), 'id', entry.id, 'state', 'waiting', 'title', entry.title, 'address', entry.address,
      'because', 'listed by ' .. id, 'listed_at', nowIso, 'listed_by', id, 'improvements', '[]')
    redis.call('ZADD', P .. 'school:sources', now, entry.id)
    redis.call('LPUSH', q, '{"specversion":"1.0","id":' .. cjson.encode('source:' .. entry.id)
      .. ',"source":' .. cjson.encode('/cortex-online-school/' .. stage) .. ',"type":"ai.cortex.school.source.submitted","time":"' .. nowIso
      .. '","datacontenttype":"application/json",' .. DATA_SCHEMA .. '"data":' .. entry.data .. '}')
  end
  taken = taken + #fresh
  local said = because .. ': ' .. #fresh .. ' new, ' .. known .. ' known'
  if waiting > 0 then
    local when = taken >= limit and ('the next day: at most ' .. limit .. ' a day') or 'the next look'
    said = said .. ', ' .. waiting .. (waiting == 1 and ' waits for ' or ' wait for ') .. when
  end
  redis.call('HSET', key, 'id', id, 'state', 'listed', 'read_at', nowIso, 'known', known, 'improvements', '[]', 'because', said, unpack(fields))
  redis.call('ZADD', P .. 'school:sources', now, id)
  redis.call('HSET', counter, 'day', today, 'taken', taken)
  -- The bookmark would hide what waits.
  redis.call('HDEL', key, 'etag', 'last_modified')
  if waiting == 0 and etag ~= '' then redis.call('HSET', key, 'etag', etag) end
  if waiting == 0 and modified ~= '' then redis.call('HSET', key, 'last_modified', modified) end
  looked(watch, 'listed', said)
  if watch ~= '' and waiting > 0 and taken < limit then redis.call('HSET', watchKey(watch), 'next', now) end
  count('sources_new', #fresh)
  return 'ok'
end

function kinds.known(token)
  local watch, because = arg(), arg()
  if watch ~= '' then redis.call('HLEN', watchKey(watch)) end
  local lease = finish(token)
  if not lease then return 'lost' end
  succeeded(lease)
  looked(watch, 'unchanged', because)
  return 'ok'
end
`;
