/** The one training at a time of the whole school: STRING school:router:training, the token of who trains. */

/** ARGV: prefix, milliseconds of the last training, how long one is asked for in ms, event. Returns 1 when it was sent. */
export const askForTrainingScript = `
local list = ARGV[1] .. 'school:queue:learn'
redis.call('LLEN', list)
if not redis.call('SET', ARGV[1] .. 'school:router:asked:' .. ARGV[2], '1', 'NX', 'PX', ARGV[3]) then return 0 end
redis.call('LPUSH', list, ARGV[4])
return 1
`;

/** ARGV: prefix, token, lease in ms. Returns 1 when the turn is still the token's. */
export const renewTrainingScript = `
local turn = ARGV[1] .. 'school:router:training'
if redis.call('GET', turn) ~= ARGV[2] then return 0 end
redis.call('PEXPIRE', turn, ARGV[3])
return 1
`;

/** ARGV: prefix, token. */
export const endTrainingScript = `
local turn = ARGV[1] .. 'school:router:training'
if redis.call('GET', turn) == ARGV[2] then redis.call('DEL', turn) end
`;
