/**
 * take, renew and finish: one process asks a model what others want to know as well. STRING school:models:answer:<key>: the
 * answer, until it is too old. STRING school:models:asking:<key>: the token of who asks, as long as it is renewed.
 */

const functions = `
local answer = ARGV[1] .. 'school:models:answer:' .. ARGV[2]
local asking = ARGV[1] .. 'school:models:asking:' .. ARGV[2]
`;

/** ARGV: prefix, key, token, lease in ms. Returns {'kept', answer}, {'taken'} or {'busy', ms left}. */
export const modelTakeScript = `${functions}
local kept = redis.call('GET', answer)
if kept then return {'kept', kept} end
if redis.call('SET', asking, ARGV[3], 'NX', 'PX', ARGV[4]) then return {'taken'} end
return {'busy', math.max(0, redis.call('PTTL', asking))}
`;

/** ARGV: prefix, key, token, lease in ms. Returns 1 when the turn is still the token's. */
export const modelRenewScript = `${functions}
if redis.call('GET', asking) ~= ARGV[3] then return 0 end
redis.call('PEXPIRE', asking, ARGV[4])
return 1
`;

/** ARGV: prefix, key, token, answer or '', how long it is kept in ms. An answer that came too late is kept unless there is one. */
export const modelFinishScript = `${functions}
if ARGV[4] ~= '' then redis.call('SET', answer, ARGV[4], 'NX', 'PX', ARGV[5]) end
if redis.call('GET', asking) == ARGV[3] then redis.call('DEL', asking) end
`;
