using System.Globalization;
using System.Text;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using Offerbook.Chaos.Parts;

namespace Offerbook.Chaos.Workload;

/// <summary>
/// A framework of a few short tasks that makes every call three times, at once and some time later, as one would that never hears whether
/// its calls arrived. None of its tasks may run twice, and none that runs may be told to be lost.
/// </summary>
internal sealed class RepeatingFramework : IDisposable
{
    private const int MostTasks = 12;
    private const int Times = 3;

    /// <summary>Between a call and its repetitions; a task of ours lives for two seconds.</summary>
    private static readonly TimeSpan LatestRepetition = TimeSpan.FromSeconds(3);

    private static readonly string[] Good = ["TASK_STAGING", "TASK_STARTING", "TASK_RUNNING", "TASK_FINISHED"];

    private readonly HttpClient _http;
    private readonly Uri _api;
    private readonly Random _random;
    private readonly Documents _documents;
    private readonly string _name;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _calls = [];
    private readonly Dictionary<string, List<string>> _states = [];
    private readonly Lock _gate = new(); // Of the calls and the states.
    private string _framework = "";
    private string _stream = "";
    private Task _reading = Task.CompletedTask;

    private RepeatingFramework(ChaosCluster cluster, Part master, Documents documents, int seed)
    {
        _http = new HttpClient(cluster.Sockets.Handler()) { Timeout = Timeout.InfiniteTimeSpan };
        (_api, _documents, _random, _name) = (new Uri(master.Address, "api/v1/scheduler"), documents, new Random(seed), $"repeat-{seed}");
    }

    public int Launched => _states.Count;

    public static async Task<RepeatingFramework> StartAsync(ChaosCluster cluster, Part master, Documents documents, int seed)
    {
        var framework = new RepeatingFramework(cluster, master, documents, seed);
        var subscribe = new JObject
        {
            ["type"] = "SUBSCRIBE",
            ["subscribe"] = new JObject { ["framework_info"] = new JObject { ["user"] = Environment.UserName,
                ["name"] = framework._name } },
        };
        using var request = framework.Request(subscribe);
        var answer = await framework._http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        if (answer.IsSuccessStatusCode)
        {
            framework._stream = answer.Headers.GetValues("Mesos-Stream-Id").Single();
            framework._reading = framework.ReadAsync(answer);
        }
        return framework;
    }

    /// <summary>What should not be so, after no call has been made for a while.</summary>
    public IReadOnlyList<string> Findings()
    {
        lock (_gate)
        {
            return
            [
                .. _states.Where(task => task.Value.Except(Good).Any())
                    .Select(task => $"{task.Key} was told to be {string.Join(", ", task.Value)}"),
                .. _states.Where(task => !task.Value.Contains("TASK_FINISHED"))
                    .Select(task => $"{task.Key} was launched, and told to be {string.Join(", ", task.Value.DefaultIfEmpty("nothing"))}"),
            ];
        }
    }

    /// <summary>Ends the framework, three times too.</summary>
    public async Task EndAsync()
    {
        Call(new JObject { ["type"] = "TEARDOWN" });
        Task[] calls;
        lock (_gate)
        {
            calls = [.. _calls];
        }
        await Task.WhenAll(calls);
        await _stop.CancelAsync();
        await _reading;
    }

    public void Dispose()
    {
        _http.Dispose();
        _stop.Dispose();
    }

    private async Task ReadAsync(HttpResponseMessage answer)
    {
        using (answer)
        {
            try
            {
                await using var stream = await answer.Content.ReadAsStreamAsync(_stop.Token);
                while (true)
                {
                    Take(JObject.Parse(await RecordAsync(stream)));
                }
            }
            catch (Exception ended) when (ended is IOException or OperationCanceledException or HttpRequestException)
            {
                // Torn down.
            }
        }
    }

    private void Take(JObject told)
    {
        switch ((string?)told["type"])
        {
            case "SUBSCRIBED":
                _framework = (string)told["subscribed"]!["framework_id"]!["value"]!;
                break;
            case "OFFERS":
                foreach (var offer in told["offers"]!["offers"]!)
                {
                    Call(Answer(offer));
                }
                break;
            case "UPDATE":
                var status = told["update"]!["status"]!;
                lock (_gate)
                {
                    _states.GetValueOrDefault((string)status["task_id"]!["value"]!)?.Add((string)status["state"]!);
                }
                if (status["uuid"] is { } uuid)
                {
                    Call(new JObject
                    {
                        ["type"] = "ACKNOWLEDGE",
                        ["acknowledge"] = new JObject { ["agent_id"] = status["agent_id"], ["task_id"] = status["task_id"],
                            ["uuid"] = uuid },
                    });
                }
                break;
        }
    }

    private JObject Answer(JToken offer)
    {
        var operations = new JArray();
        lock (_gate)
        {
            if (_states.Count < MostTasks)
            {
                var number = _states.Count;
                _states[$"{_name}.{number}-0"] = [];
                operations.Add(new JObject
                {
                    ["type"] = "LAUNCH", ["launch"] = new JObject { ["task_infos"] = new JArray(_documents.Task(_name, number,
                        offer["agent_id"]!)) },
                });
            }
        }
        return new JObject
        {
            ["type"] = "ACCEPT",
            ["accept"] = new JObject
            {
                ["offer_ids"] = new JArray(offer["id"]!), ["operations"] = operations,
                ["filters"] = new JObject { ["refuse_seconds"] = 0.5 },
            },
        };
    }

    private void Call(JObject call)
    {
        call["framework_id"] = new JObject { ["value"] = _framework };
        lock (_gate)
        {
            for (var i = 0; i < Times; i++)
            {
                _calls.Add(SendAsync(call, i == 0 ? TimeSpan.Zero : LatestRepetition * _random.NextDouble()));
            }
        }
    }

    private async Task SendAsync(JObject call, TimeSpan after)
    {
        await Task.Delay(after);
        try
        {
            using var request = Request(call);
            using var answer = await _http.SendAsync(request, CancellationToken.None);
        }
        catch (HttpRequestException)
        {
            // Whether it arrived is just what nobody knows.
        }
    }

    private HttpRequestMessage Request(JObject call)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, _api)
        {
            Content = new StringContent(call.ToString(Formatting.None), Encoding.UTF8, "application/json"),
        };
        request.Headers.Accept.ParseAdd("application/json");
        if (_stream.Length > 0)
        {
            request.Headers.Add("Mesos-Stream-Id", _stream);
        }
        return request;
    }

    private async Task<string> RecordAsync(Stream stream)
    {
        var (length, one) = (new StringBuilder(), new byte[1]);
        while (true)
        {
            await stream.ReadExactlyAsync(one, _stop.Token);
            if (one[0] == '\n')
            {
                break;
            }
            length.Append((char)one[0]);
        }
        var record = new byte[int.Parse(length.ToString(), CultureInfo.InvariantCulture)];
        await stream.ReadExactlyAsync(record, _stop.Token);
        return Encoding.UTF8.GetString(record);
    }
}
