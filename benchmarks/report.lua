-- The load of benchmarks.ingest for wrk: reports with keys of their own. Arguments: path, reports per request, run.
local number, counter = 0, 0
function setup(thread) number = number + 1; thread:set("id", number) end
function init(args)
  path = args[1]; batch = tonumber(args[2]); run = args[3] .. id .. "x"
  wrk.method = "POST"
  wrk.headers["Content-Type"] = "application/json"
end
local function report(n)
  local hex = string.rep("0", 64 - #n) .. n:gsub("x", "a"):gsub("-", "b")
  return string.format('{"version":1,"page":"https://sharing.example/dataset/%s","observed_at":"2026-11-23T12:00:00Z","media":[{"url":"https://pictures.example/%s/a.jpg","name":"a.jpg","sha256":"%s","pdq":"%s","quality":97},{"url":"https://pictures.example/%s/b.jpg","name":"b.jpg"},{"url":"https://pictures.example/%s/c.jpg","name":"c.jpg"}],"links":[{"url":"https://sharing.example/file/%s.zip","text":"part 1"}],"dataset":"faces"}', n, n, hex, hex, n, n, n)
end
function request()
  counter = counter + 1
  local n = run .. counter
  if batch == 1 then
    wrk.headers["Idempotency-Key"] = n
    return wrk.format(nil, path, nil, report(n))
  end
  local parts = {}
  for i = 1, batch do
    local m = n .. "-" .. i
    parts[i] = string.format('{"idempotency_key":"%s","report":%s}', m, report(m))
  end
  return wrk.format(nil, path, nil, '{"reports":[' .. table.concat(parts, ",") .. ']}')
end
function done(summary, latency, requests)
  io.write(string.format('{"answers":%d,"seconds":%.6f,"wrong":%d,"broken":%d,"p50":%.3f,"p99":%.3f}\n',
    summary.requests, summary.duration / 1e6, summary.errors.status,
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
