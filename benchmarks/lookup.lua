-- The load of benchmarks.lookups for wrk: POSTs one after the other out of a file with one body a line.
-- Arguments: path, file.
local bodies, number, threads = {}, 0, 0
function setup(thread) threads = threads + 1; thread:set("id", threads) end
function init(args)
  path = args[1]
  for line in io.lines(args[2]) do bodies[#bodies + 1] = line end
  number = id * 7919
  wrk.method = "POST"
  wrk.headers["Content-Type"] = "application/json"
end
function request()
  number = number + 1
  return wrk.format(nil, path, nil, bodies[number % #bodies + 1])
end
function done(summary, latency, requests)
  io.write(string.format('{"answers":%d,"seconds":%.6f,"wrong":%d,"broken":%d,"p50":%.3f,"p99":%.3f}\n',
    summary.requests, summary.duration / 1e6, summary.errors.status,
    summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
