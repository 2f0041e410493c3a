/**
 * inject: one event that came over HTTP, put in flight at once: enqueue and claim in one step. An improvement it brings
 * gets its record, its proposer is remembered, and the event itself, so that a broker's second delivery changes nothing.
 *
 * ARGV: prefix, stage, token, event, delivery, improvement ('' for a source), its expected status ('' for no record),
 * proposer ('' when unknown), lease ms, max attempts, brings (1/0), then what it brings: id, video, category, n, field,
 * value, …
 *
 * Returns a claim's reply, or one word: `delivered` (it was accepted before), `working` (and is being worked on),
 * `changed` (the record no longer stands as expected), `waiting` (it waits for an event of its own), `busy` (another
 * worker has it), `unreadable` (Redis reads the event otherwise than its sender).
 */
const DELIVERY_SECONDS = 86_400;

export const injectScript = `
local stage, token, event, delivery, subject, expected, proposer = arg(), arg(), arg(), arg(), arg(), arg(), arg()
local leaseMs, maxAttempts, brings = tonumber(arg()), tonumber(arg()), arg() == '1'
local proposal = brings and {id = arg(), video = arg(), category = arg(), set = args()}
if newerLayout() then return 'newer' end
local key, injected = deliveryKey(stage, delivery), P .. 'school:injected'
probeQueue(stage)
probe('HLEN', injected)
local seen = redis.call('GET', key)
if seen and seen ~= token then return redis.call('ZSCORE', queue(stage) .. ':leases', seen) and 'working' or 'delivered' end
if seen then
  -- The same call again: the connection broke before its answer arrived.
  local value = redis.call('HGET', queue(stage) .. ':leased', token)
  if not value then return 'delivered' end
  local fields = TAKES[stage] and redis.call('HGETALL', record(subject)) or {}
  return cjson.encode({{{token, (unpackLease(value)), event, fields}}, now, -1})
end
reap(stage, maxAttempts)
flush()
local eventId, id = identify(event)
if not eventId or eventId == '' or (subject ~= '' and id ~= subject) then return 'unreadable' end
if subject ~= '' then
  local standing = redis.call('EXISTS', record(id)) == 1 and (statusOf(id) or 'damaged') or ''
  if standing ~= expected then return 'changed' end
end
if brings then
  probeNew(proposal, TAKES[stage])
  create(proposal, TAKES[stage], 'injection', 'injected at ' .. stage)
end
local lease, why = take(stage, event, token, leaseMs, {}, true)
if not lease then return why end
redis.call('SET', key, token, 'EX', ${DELIVERY_SECONDS})
if brings and proposer ~= '' then redis.call('HSETNX', injected, id, proposer) end
flush()
return cjson.encode({{lease}, now, -1})
`;

/** delivered: was this event accepted within the last day? ARGV stage, delivery. Returns '' or inject's words for it. */
export const deliveredScript = `
local stage, delivery = arg(), arg()
local seen = redis.call('GET', deliveryKey(stage, delivery))
if not seen then return '' end
return redis.call('ZSCORE', queue(stage) .. ':leases', seen) and 'working' or 'delivered'
`;

export const deliveryFunctions = `
local function deliveryKey(stage, delivery) return P .. 'school:delivered:' .. stage .. ':' .. delivery end
`;
