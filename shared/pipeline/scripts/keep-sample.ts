/**
 * keepSample: one sample of the stages, by whichever coordinator comes first. ARGV: prefix, ms since the epoch of the
 * sample, least ms since the newest, sample as JSON, most samples. Returns 1 when it was kept.
 */
export const keepSampleScript = `
local list = ARGV[1] .. 'school:samples'
local newest = redis.call('LINDEX', list, 0)
if newest then
  local known, sample = pcall(cjson.decode, newest)
  local at = known and type(sample) == 'table' and tonumber(sample.at)
  local gap = at and tonumber(ARGV[2]) - at
  -- A newest one from the future was written before a clock was set right.
  if gap and gap >= 0 and gap < tonumber(ARGV[3]) then return 0 end
end
redis.call('LPUSH', list, ARGV[4])
redis.call('LTRIM', list, 0, tonumber(ARGV[5]) - 1)
return 1
`;
