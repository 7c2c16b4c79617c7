-- For wrk: posts one body after the other from a file (a JSON document per line), none twice while they last.
-- Arguments after "--": the file, and how many of its lines to leave out.

local bodies, at, left_out = {}, 0, 0

function init(args)
  left_out = tonumber(args[2])
  for line in io.lines(args[1]) do
    bodies[#bodies + 1] = line
  end
  at = left_out
  wrk.method = "POST"
  wrk.headers["Content-Type"] = "application/json"
  wrk.headers["Accept"] = "application/pdf"
end

function request()
  at = at % #bodies + 1
  return wrk.format(nil, nil, nil, bodies[at])
end

function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format(
    'RESULT {"documents": %d, "seconds": %.6f, "p50": %.3f, "p99": %.3f, "refused": %d, "broken": %d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    e.status, e.connect + e.read + e.write + e.timeout))
end
