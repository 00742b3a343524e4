-- POST /v1/referrals for wrk, each another request: the same words for both sides. Arguments: districts, a word that makes the
-- keys of this run differ from any other's, the access key. One visit of 15 minutes on one day of one week; bands, days and
-- weeks take turns, so that a block has room for a long run.
local threads = {}

function setup(thread)
  thread:set("number", #threads)
  table.insert(threads, thread)
end

function init(args)
  districts, word, key = tonumber(args[1]), args[2], args[3]
  count, placed, other = 0, 0, 0
  local bands, days = {"morning", "lunch", "tea", "bed", "night"}, {"mon", "tue", "wed", "thu", "fri", "sat", "sun"}
  bodies = {}
  for week = 0, 9 do
    local start = os.date("!%Y-%m-%d", os.time() + 86400 * (1 + 7 * week))
    for day = 1, 7 do
      for band = 1, 5 do
        table.insert(bodies, string.format(
          '","class":"stepDown","pathway":1,"source":"ward","weeks":1,"startFrom":"%s","visits":[{"band":"%s","minutes":15,'
          .. '"carers":1,"days":["%s"],"personalCare":true,"shortVisitReason":"a prompt"}],'
          .. '"needs":{"transfers":"with a frame","medication":"prompt","consent":"given"},'
          .. '"home":{"livesAlone":true,"access":"key safe"}}', start, bands[band], days[day]))
      end
    end
  end
end

function request()
  count = count + 1
  local serial = word .. "-" .. number .. "-" .. count
  local body = '{"person":{"reference":"' .. serial .. '","name":"Ada Example"},"district":"CV' .. (count % districts + 1)
    .. bodies[count % #bodies + 1]
  return wrk.format("POST", "/v1/referrals",
    {["Content-Type"] = "application/json", ["Authorization"] = "Bearer " .. key, ["Idempotency-Key"] = serial}, body)
end

function response(status, headers, body)
  if status == 201 and string.find(body, '"status":"offered"', 1, true) then placed = placed + 1 else other = other + 1 end
end

function done(summary, latency, requests)
  local placed, other = 0, 0
  for _, thread in ipairs(threads) do
    placed, other = placed + thread:get("placed"), other + thread:get("other")
  end
  print(string.format("placed=%d other=%d seconds=%.3f p50=%.2f p99=%.2f", placed, other, summary.duration / 1e6,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
end
