-- POST /v1/referrals for wrk, each another request: the same words for both sides. Arguments: districts, a word that makes the
-- keys of this run differ from any other's, the access key, the host. One visit of 15 minutes on one day of one week; bands,
-- days and weeks take turns, so that a block has room for a long run. It does as little as it can: the clients share the
-- cores with what is measured. What was placed is counted in the stores afterwards.
local threads = {}

function setup(thread)
  thread:set("number", #threads)
  table.insert(threads, thread)
end

function init(args)
  districts, word = tonumber(args[1]), args[2] .. "-" .. number .. "-"
  count = 0
  head = "POST /v1/referrals HTTP/1.1\r\nHost: " .. args[4] .. "\r\nContent-Type: application/json\r\nAuthorization: Bearer "
    .. args[3] .. "\r\nIdempotency-Key: "
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
  local serial = word .. count
  local body = '{"person":{"reference":"' .. serial .. '","name":"Ada Example"},"district":"CV' .. (count % districts + 1)
    .. bodies[count % #bodies + 1]
  return head .. serial .. "\r\nContent-Length: " .. #body .. "\r\n\r\n" .. body
end

function done(summary, latency, requests)
  print(string.format("answered=%d refused=%d seconds=%.3f p50=%.2f p99=%.2f", summary.requests, summary.errors.status,
    summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3))
end
