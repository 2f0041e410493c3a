/**
 * forecastRow: one improvement's row, in place of the one before; the oldest go. ARGV: prefix, improvement, ms since the
 * epoch, row as JSON, most rows. HASH school:forecast:rows, ZSET school:forecast:rows:at.
 */
export const forecastRowScript = `
local rows, times = ARGV[1] .. 'school:forecast:rows', ARGV[1] .. 'school:forecast:rows:at'
redis.call('ZCARD', times)
redis.call('HSET', rows, ARGV[2], ARGV[4])
redis.call('ZADD', times, ARGV[3], ARGV[2])
local over = redis.call('ZCARD', times) - tonumber(ARGV[5])
if over > 0 then
  local gone = redis.call('ZRANGE', times, 0, over - 1)
  for i = 1, #gone do
    redis.call('ZREM', times, gone[i])
    redis.call('HDEL', rows, gone[i])
  end
end
return over
`;
